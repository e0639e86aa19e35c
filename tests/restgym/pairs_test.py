"""The commands with which the restgym harness starts the two containers of every pair."""

import os
import unittest

from place import LABEL, FakeEngine, blocks, settings

SERVICES = [
    "blog", "features-service", "genome-nexus", "languagetool", "market", "ncs", "person-controller",
    "project-tracking-system", "restcountries", "scs", "user-management",
]  # fmt: skip
TOOLS = ["arat-rl", "deeprest", "morest", "restler", "resttestgen", "schemathesis"]
GIB_16 = str(16 << 30)


class Pairs(FakeEngine):
    """The right command with the right environment, for all 66."""

    def test_harness_has_all_apis_and_tools_and_an_image_of_its_own_for_each(self):
        self.assertEqual(sorted(blocks("service")), SERVICES)
        self.assertEqual(sorted(blocks("tool")), TOOLS)
        images = {name: value for name, value in settings().items() if name.endswith("_IMAGE")}
        self.assertEqual(len(images), 17)
        self.assertEqual(len(set(images.values())), 17)
        for name in SERVICES:
            self.assertIn(f"restgym/{name}-api:1.0.0", images.values())
        for name in TOOLS:
            self.assertIn(f"restgym/{name}-tool:1.0.0", images.values())

    def test_every_tool_ends_an_attempt_when_it_ends_early_and_every_service_is_asked_on_its_own_port(self):
        for name, body in blocks("tool").items():
            self.assertRegex(body, r"restart\s+= false", name)
        for name, body in blocks("service").items():
            port = 8081 if name == "languagetool" else 8080
            self.assertIn(f'"http://127.0.0.1:{port}/"', body, name)

    def test_each_of_the_66_pairs_starts_the_two_containers_as_restgym_does(self):
        self.says("run-status", "0")
        for service in SERVICES:
            for tool in TOOLS:
                with self.subTest(service=service, tool=tool):
                    self.choose(service, tool)
                    self.pair(service, tool)

    def pair(self, service, tool):
        self.forget_calls()
        self.run_well("setup.sh")
        self.assertEqual(
            [call[-1] for call in self.calls("pull")], [f"restgym/{service}-api:1.0.0", f"restgym/{tool}-tool:1.0.0"]
        )
        self.run_script("service.sh")
        self.run_script("tool.sh")
        api, driver = self.calls("run")
        common = [
            "--env", f"API={service}", "--env", f"TOOL={tool}", "--env", "RUN=1",
            "--env", "TIME_BUDGET=1", "--env", "HOST=localhost",
        ]  # fmt: skip
        mark = api[2].rsplit("-", 1)[1]
        self.assertEqual(api, [
            "run", "--name", f"restgym--{service}-for-{tool}--1-{mark}", "--label", LABEL, "--log-driver", "none",
            "--volume", f"{self.box}/work/results:/results", *common, "--memory", GIB_16, "--cpus", "8",
            "--user", f"{os.getuid()}:{os.getgid()}", self.id_of("api"),
        ])  # fmt: skip
        self.assertEqual(driver, [
            "run", "--name", f"restgym--{tool}-for-{service}--1-{mark}", "--label", LABEL, "--log-driver", "none",
            "--network", f"container:{api[2]}", *common, "--env", "PORT=9090", "--privileged",
            "--memory", GIB_16, "--cpus", "8", self.id_of("tool"),
        ])  # fmt: skip
        for name in (service, tool):
            for stream in ("stdout", "stderr"):
                self.assertTrue((self.run_folder / "logs" / f"{name}-{stream}.log").read_text(encoding="utf-8"))

    def test_limits_and_privilege_are_those_of_the_settings(self):
        self.says("run-status", "0")
        self.environment.update(
            GEN_TF_SETTING_API_MEMORY="1000", GEN_TF_SETTING_TOOL_MEMORY="2000", GEN_TF_SETTING_API_CPUS="1",
            GEN_TF_SETTING_TOOL_CPUS="2", GEN_TF_SETTING_PRIVILEGED="false",
        )  # fmt: skip
        self.run_well("setup.sh")
        self.run_script("service.sh")
        self.run_script("tool.sh")
        api, tool = ("\n".join(call) for call in self.calls("run"))
        self.assertIn("--memory\n1000\n--cpus\n1\n", api)
        self.assertIn("--memory\n2000\n--cpus\n2\n", tool)
        self.assertNotIn("--privileged", tool)

    def test_two_attempts_on_one_engine_have_containers_of_different_names(self):
        self.says("run-status", "0")
        self.run_well("setup.sh")
        self.run_script("service.sh")
        self.run_script("service.sh", GEN_TF_LABEL=LABEL + "0")
        self.assertEqual(len({call[2] for call in self.calls("run")}), 2)

    def test_a_budget_of_no_whole_minutes_is_told_to_the_tool_rounded_up_and_to_check_py_rounded_down(self):
        self.says("run-status", "0")
        self.run_well("setup.sh")
        for seconds, up, down in ((3600, 60, 60), (90, 2, 1), (20, 1, 1), (61, 2, 1)):
            with self.subTest(seconds=seconds):
                self.forget_calls()
                (self.run_folder / "time-budget.txt").unlink(missing_ok=True)
                self.run_script("service.sh", GEN_TF_DURATION=str(seconds))
                self.assertIn(f"TIME_BUDGET={up}", self.calls("run")[0])
                text = (self.run_folder / "time-budget.txt").read_text(encoding="utf-8")
                self.assertTrue(text.startswith(f"Time budget: {down} minutes.\n"), text)
                self.assertEqual(f"{seconds} seconds" in text, seconds != 3600)


if __name__ == "__main__":
    unittest.main()
