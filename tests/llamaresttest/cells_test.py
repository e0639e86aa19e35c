"""Every cell of the harness, to the point of the right command, in the right folder, with the right environment."""

import os
import signal
import subprocess
import unittest

import stand_in
from place import HARNESS, HarnessTest


class Tools(HarnessTest):
    def expected(self, tool, service):
        """Name and arguments of what the loop calls first and holds, and the JDK that it sees."""
        folder = self.repository / stand_in.folder_of(tool, service)
        program, arguments = stand_in.first_call(tool, service)
        if tool == "tcases":
            program, arguments = "mvn", "clean test"
        java = str(self.java11) if tool in ("evomaster", "resttestgen", "tcases") else None
        return os.path.basename(program), arguments.replace("$PWD", str(folder)), str(folder), java

    def held(self, name):
        return next(iter(self.fakes.calls(name)), None)

    def test_of_all_81_cells_run_the_right_command_in_the_right_folder_with_the_right_environment(self):
        self.stand_in_tree()
        cells = [(tool, service) for tool in stand_in.TOOLS for service in stand_in.SERVICES]
        self.assertEqual(len(cells), 81)
        for tool, service in cells:
            with self.subTest(tool=tool, service=service):
                self.one_cell(tool, service)

    def one_cell(self, tool, service):
        name, arguments, folder, java = self.expected(tool, service)
        self.fakes.forget()
        with self.started("tool.sh", GEN_TF_TOOL=tool, GEN_TF_SERVICE=service, GEN_TF_SAMPLE_SECONDS="30") as process:
            self.wait_for(lambda: any(" ".join(call["arguments"]) != "-version" for call in self.fakes.calls(name)), process)
            call = next(call for call in self.fakes.calls(name) if call["arguments"] != ["-version"])
            os.killpg(process.pid, signal.SIGINT)
            self.assertEqual(process.wait(timeout=30), 0, self.output())
        self.assertEqual((" ".join(call["arguments"]), call["folder"]), (arguments, folder))
        environment = call["environment"]
        self.assertEqual(environment.get("JAVA_HOME"), java)
        venv = str(self.setup_folder / "tool" / "venv" / "bin")
        path = environment["PATH"].split(":")
        self.assertEqual(path[:2] if java else path[:1], [f"{java}/bin", venv] if java else [venv])
        self.assertEqual(environment["PYTHONUNBUFFERED"], "1")
        # The interrupt has ended the loop too: nothing was started after it.
        self.assertEqual(len([c for c in self.fakes.calls(name) if c["arguments"] != ["-version"]]), 1)

    def test_see_both_models_where_they_open_them(self):
        self.stand_in_tree()
        for tool in ("llamaresttest", "llamaresttest-ex", "llamaresttest-ipd"):
            folder = self.repository / stand_in.folder_of(tool, "youtube")
            for name in ("ex.gguf", "ipd.gguf"):
                self.assertEqual((folder / "../../.." / name).read_bytes(), b"model")

    def test_that_need_more_memory_than_there_is_do_not_start(self):
        self.stand_in_tree()
        self.fail_with(
            "this machine has 2048 MiB", "tool.sh",
            GEN_TF_TOOL="llamaresttest", GEN_TF_SERVICE="fdic", GEN_TF_MEMORY_BYTES=str(2 << 30),
        )  # fmt: skip
        self.assertEqual(self.fakes.calls("python"), [])

    def test_that_lack_a_model_do_not_start(self):
        self.stand_in_tree()
        (self.box / "models" / "ipd.gguf").unlink()
        self.fail_with("the model ipd.gguf is not there", "tool.sh", GEN_TF_TOOL="llamaresttest-ex", GEN_TF_SERVICE="fdic")

    def test_compiled_for_a_newer_cpu_say_so_and_do_not_die_of_it(self):
        self.stand_in_tree()
        cpu = self.box / "cpuinfo"
        cpu.write_text("flags : fpu avx\n", encoding="utf-8")
        cell = {"GEN_TF_TOOL": "llamaresttest", "GEN_TF_SERVICE": "fdic", "GEN_TF_CPUINFO": str(cpu)}
        self.fail_with("this CPU has no avx2", "tool.sh", **cell)
        plain = "-DGGML_NATIVE=OFF -DGGML_AVX2=OFF -DGGML_FMA=OFF -DGGML_F16C=OFF"
        with self.started("tool.sh", **cell, GEN_TF_SETTING_LLAMA_CMAKE_ARGS=plain) as process:
            self.wait_for(lambda: self.held("python"), process)

    def test_whose_loop_has_run_its_hour_may_start_again(self):
        self.stand_in_tree()
        cell = {"GEN_TF_TOOL": "arat-rl", "GEN_TF_SERVICE": "fdic", "STAND_IN_SECONDS": "0.1", "STAND_IN_STATUS": "1"}
        with self.started("tool.sh", **cell, STAND_IN_LOOP="1", GEN_TF_LOOP_SECONDS="1") as process:
            self.assertEqual(process.wait(timeout=30), 0, self.output())
        self.assertGreater(len(self.fakes.calls("python")), 1)

    def test_whose_loop_ends_too_early_have_failed(self):
        self.stand_in_tree()
        with self.started("tool.sh", GEN_TF_TOOL="arat-rl", GEN_TF_SERVICE="fdic", STAND_IN_LOOP="0") as process:
            self.assertEqual(process.wait(timeout=30), 1)
        self.assertIn("has ended with status 0 after", self.output())

    def test_of_maven_fetch_nothing_in_their_time(self):
        self.stand_in_tree()
        with self.started("tool.sh", GEN_TF_TOOL="tcases", GEN_TF_SERVICE="fdic") as process:
            self.wait_for(lambda: self.held("mvn"), process)
        settings = (self.box / "work" / "home" / ".m2" / "settings.xml").read_text(encoding="utf-8")
        self.assertIn("<offline>true</offline>", settings)
        self.assertIn(f"<localRepository>{self.setup_folder}/tool/m2</localRepository>", settings)

    def test_are_sampled_every_minute_while_they_run(self):
        self.stand_in_tree()
        (self.box / "work" / "coverage").mkdir()
        harness = self.box / "harness"
        harness.mkdir()
        for part in ("setup", "tool.sh"):
            (harness / part).symlink_to(HARNESS / part)
        (harness / "sample.sh").write_text('echo "$1" >"$GEN_TF_WORK/coverage/$1.exec"\n', encoding="utf-8")
        cell = {"GEN_TF_TOOL": "arat-rl", "GEN_TF_SERVICE": "youtube", "GEN_TF_HARNESS": str(harness)}
        for last in ("minute-002", "minute-004"):
            with self.started("tool.sh", **cell, GEN_TF_SAMPLE_SECONDS="0.05") as process:
                self.wait_for((self.box / "work" / "coverage" / f"{last}.exec").exists, process)


class Services(HarnessTest):
    def start(self, service, **variables):
        with self.started("service.sh", GEN_TF_SERVICE=service, GEN_TF_TOOL="arat-rl", **variables) as process:
            self.wait_for(lambda: [call for call in self.fakes.calls("java") if call["arguments"] != ["-version"]], process)
            return [call for call in self.fakes.calls("java") if call["arguments"] != ["-version"]][0]

    def agent(self):
        jar = self.repository / "org.jacoco.agent-0.8.7-runtime.jar"
        return f"-javaagent:{jar}=output=tcpserver,address=127.0.0.1,port=6300"

    def ready_tree(self):
        self.stand_in_tree()
        self.fakes.add("docker")
        for folder in ("services/youtube", "services/emb/em/embedded/rest/languagetool", "services/emb/em/embedded/rest/ocvn"):
            (self.repository / folder / "cp.txt").write_text("/jars/a.jar:/jars/b.jar", encoding="utf-8")

    def test_on_the_machine_start_as_run_service_py_starts_them(self):
        self.ready_tree()
        emb = f"{self.repository}/services/emb"
        base = "target/classes:target/test-classes"
        jars = "/jars/a.jar:/jars/b.jar"
        extra = f"{self.java8}/jre/lib/rt.jar:{emb}/cs/rest-gui/ocvn/web/target/classes"
        expected = {
            "youtube": (self.java11, "services/youtube", ["-cp", f"{base}:{jars}", "youtube.api.Application"]),
            "language-tool": (
                self.java8, "services/emb/em/embedded/rest/languagetool",
                ["-cp", f"{base}:{jars}", "em.embedded.org.languagetool.RunServer"],
            ),
            "ocvn": (
                self.java8, "services/emb/em/embedded/rest/ocvn",
                ["-cp", f"{base}:{extra}:{jars}", "em.embedded.org.devgateway.ocvn.RunServer"],
            ),
            "genome-nexus": (
                self.java8, "services", ["-jar", "./genome-nexus/web/target/web-0-unknown-version-SNAPSHOT.war"]
            ),
        }  # fmt: skip
        for service, (java, folder, arguments) in expected.items():
            with self.subTest(service=service):
                self.fakes.forget()
                call = self.start(service)
                self.assertEqual(call["arguments"], [self.agent(), *arguments])
                self.assertEqual(call["folder"], str(self.repository / folder))
                self.assertEqual(call["program"], f"{java}/bin/java")

    def test_get_the_options_that_the_study_gives(self):
        self.ready_tree()
        call = self.start("youtube", GEN_TF_SETTING_JAVA_OPTIONS="-Xmx1g -XX:+UseSerialGC")
        self.assertEqual(call["arguments"][1:3], ["-Xmx1g", "-XX:+UseSerialGC"])

    def test_with_a_database_wait_for_it(self):
        self.ready_tree()
        self.start("genome-nexus")
        said = [call["arguments"][0] for call in self.fakes.calls("docker")]
        self.assertEqual(said, ["container", "run", "exec"])
        run = self.fakes.calls("docker")[1]["arguments"]
        self.assertEqual(run[-1], "genomenexus/gn-mongo:latest")
        self.assertIn("127.0.0.1:27018:27017", run)

    def test_with_a_database_remove_what_an_earlier_start_has_left(self):
        self.ready_tree()
        self.start("genome-nexus", STAND_IN_STALE="yes")
        said = [call["arguments"][:3] for call in self.fakes.calls("docker")]
        self.assertEqual(said[1], ["rm", "--force", "gn-mongo"])

    def test_of_other_people_start_nothing(self):
        self.stand_in_tree()
        with self.started("service.sh", GEN_TF_SERVICE="omdb", GEN_TF_TOOL="arat-rl") as process:
            self.wait_for(lambda: "is a site" in self.output(), process)
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
        self.assertEqual(self.fakes.calls(), [])
        self.succeed("sample.sh", "idle", GEN_TF_SERVICE="omdb", GEN_TF_TOOL="arat-rl")

    def test_on_the_machine_fail_a_sample_that_cannot_be_taken(self):
        (self.box / "work" / "coverage").mkdir()
        done = self.run_script("sample.sh", "idle", GEN_TF_SERVICE="youtube", GEN_TF_TOOL="arat-rl")
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse((self.box / "work" / "coverage" / "idle.exec").exists())


class Java(HarnessTest):
    def find(self, *wanted, **variables):
        script = '. "$GEN_TF_HARNESS/setup/cell.sh"; . "$GEN_TF_HARNESS/setup/java.sh"; find_java "$@"; echo "$REPLY"'
        return subprocess.run(
            ["bash", "-c", script, "find", *wanted],
            env={**self.environment, "GEN_TF_TOOL": "tcases", "GEN_TF_SERVICE": "fdic", **variables},
            text=True, capture_output=True, timeout=30, check=False,
        )  # fmt: skip

    def test_is_the_one_that_the_user_names(self):
        other = self.fakes.add_jdk("temurin-8-jdk-mine")
        self.assertEqual(self.find("8", JAVA8_HOME=str(other)).stdout, f"{other}\n")

    def test_that_is_of_another_version_than_its_variable_says_is_refused(self):
        done = self.find("8", JAVA8_HOME=str(self.java11))
        self.assertIn("JAVA8_HOME is", done.stderr)
        self.assertIn("of version 11 where version 8 is needed", done.stderr)

    def test_is_found_in_the_usual_folders(self):
        self.assertEqual(self.find("8").stdout, f"{self.java8}\n")
        self.assertEqual(self.find("11").stdout, f"{self.java11}\n")

    def test_17_is_taken_only_for_what_was_seen_to_run_on_it(self):
        empty = self.box / "empty"
        empty.mkdir()
        java17 = self.fakes.add_jdk("java-17")
        here = {"GEN_TF_JVM_FOLDER": str(empty), "PATH": f"{java17}/bin:/usr/bin:/bin"}
        # The fakes are links: what they lead to tells no version, as a real JDK's own folder does.
        (java17 / "bin" / "java").unlink()
        (java17 / "bin" / "java").write_text(stand_in.FAKE, encoding="utf-8")
        (java17 / "bin" / "java").chmod(0o755)
        self.assertEqual(self.find("8", "17", **here).stdout, f"{java17}\n")
        done = self.find("11", **here)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("fdic/tcases needs JDK 11", done.stderr)
        self.assertIn("let JAVA11_HOME name its folder", done.stderr)

    def test_17_never_runs_a_tool(self):
        self.stand_in_tree()
        here = {"GEN_TF_JVM_FOLDER": str(self.box / "nothing"), "JAVA11_HOME": str(self.fakes.add_jdk("java-17"))}
        for tool in ("evomaster", "resttestgen", "tcases"):
            self.fail_with("where version 11 is needed", "tool.sh", GEN_TF_TOOL=tool, GEN_TF_SERVICE="fdic", **here)


if __name__ == "__main__":
    unittest.main()
