"""setup.sh and provision.sh of the llamaresttest harness, on a stand-in repository and with fakes for Maven, Python and Docker."""

import pathlib
import shutil
import unittest

import stand_in
from place import HARNESS, HarnessTest, SetupTest


class Repository(SetupTest):
    def test_is_the_tree_of_the_commit_without_its_history(self):
        self.set_up()
        self.assertTrue((self.repository / "tool/arat/fdic/tool.sh").exists())
        self.assertFalse((self.repository / ".git").exists())
        commit = self.environment["GEN_TF_SETTING_COMMIT"]
        self.assertIn(f"commit {commit}\n", (self.setup_folder / "versions.txt").read_text(encoding="utf-8"))

    def test_at_an_older_commit_is_that_one(self):
        (self.origin / "services/proxy.py").write_text("addons = ['newer']\n", encoding="utf-8")
        stand_in.git(self.origin, "commit", "--quiet", "--all", "--message", "newer")
        self.set_up()
        self.assertEqual((self.repository / "services/proxy.py").read_text(encoding="utf-8"), "addons = []\n")

    def test_is_fetched_once_for_all_setups_of_a_machine(self):
        self.set_up()
        shutil.rmtree(self.origin)
        shutil.rmtree(self.setup_folder)
        self.setup_folder.mkdir()
        self.set_up()

    def test_that_has_no_such_commit_is_refused(self):
        self.setup_fails("has no commit " + "0" * 40, GEN_TF_SETTING_COMMIT="0" * 40)

    def test_must_be_named_by_a_commit_and_not_by_a_branch(self):
        self.setup_fails("not a branch or tag: main", GEN_TF_SETTING_COMMIT="main")

    def test_that_lacks_files_is_refused(self):
        blob = stand_in.git(self.origin, "rev-parse", "HEAD:requirements.txt")
        (self.origin / ".git/objects" / blob[:2] / blob[2:]).unlink()
        self.assertNotEqual(self.run_script("setup.sh", GEN_TF_TOOL="arat-rl", GEN_TF_SERVICE="fdic").returncode, 0)

    def test_is_freed_of_what_earlier_uses_have_left(self):
        self.set_up()
        for path in (
            "services/default.log", "services/log-youtube.txt", "services/youtube/jacoco9009.exec", "services/youtube/run.sh",
            "services/emb/em/embedded/rest/languagetool/run.sh", "tool/resttestgen/youtube/output", "tool/tcases/youtube/target",
            "tool/tcases/youtube/src", "tool/schemathesis/youtube/.hypothesis",
        ):  # fmt: skip
            self.assertFalse((self.repository / path).exists(), path)
        self.assertTrue((self.repository / "tool/tcases/youtube/tool.sh").exists())


class Tools(SetupTest):
    def requirements(self):
        return [call["requirements"] for call in self.fakes.calls("pip") if "requirements" in call]

    def test_get_the_repositorys_requirements_without_the_models_runtime(self):
        self.set_up("arat-rl")
        self.assertEqual(self.requirements()[-1], "prance~=23.6.21.0\nrequests~=2.31.0\n")

    def test_get_the_pins_of_schemathesis_that_work(self):
        self.set_up("schemathesis")
        self.assertIn("\nschemathesis==3.39.16\nhypothesis==6.131.0\n", self.requirements()[-1])

    def test_that_do_not_know_the_repositorys_flags_are_refused(self):
        self.setup_fails("does not know the flags", "schemathesis", STAND_IN_FLAGS="--url")

    def test_with_models_are_compiled_for_no_particular_machine(self):
        for tool in ("llamaresttest", "llamaresttest-ex", "llamaresttest-ipd"):
            with self.subTest(tool=tool):
                shutil.rmtree(self.setup_folder)
                self.setup_folder.mkdir()
                self.set_up(tool)
                for name in ("ex.gguf", "ipd.gguf"):
                    self.assertEqual((self.repository / name).readlink(), self.box / "models" / name)
        call = [call for call in self.fakes.calls("pip") if "llama-cpp-python~=0.2.56\n" in call.get("requirements", "")]
        self.assertEqual(len(call), 1, "built once for all three")
        self.assertEqual(call[0]["environment"]["CMAKE_ARGS"], "-DGGML_NATIVE=OFF")

    def test_and_the_proxy_have_environments_of_their_own(self):
        self.set_up("schemathesis")
        first, second = self.requirements()
        self.assertIn("mitmproxy==11.0.2", first)
        self.assertNotIn("mitmproxy", second)

    def test_take_the_download_of_evomaster_only_with_its_sha256(self):
        self.set_up("evomaster")
        self.assertTrue((self.repository / "evomaster.jar").exists())
        right = self.environment["GEN_TF_SETTING_EVOMASTER_SHA256"]
        self.setup_fails(f"has the sha256 {right}, not {'0' * 64}", "evomaster", GEN_TF_SETTING_EVOMASTER_SHA256="0" * 64)

    def test_are_built_by_gradle_with_jdk_11_and_without_a_daemon(self):
        self.set_up("resttestgen")
        (call,) = self.fakes.calls("gradlew")
        self.assertIn("--no-daemon", call["arguments"])
        self.assertEqual(call["environment"]["JAVA_HOME"], str(self.java11))
        self.assertEqual(call["environment"]["GRADLE_USER_HOME"], str(self.box / "cache" / "gradle"))

    def test_of_maven_have_all_that_they_need_before_their_time(self):
        self.set_up("tcases")
        (call,) = [call for call in self.fakes.calls("mvn") if call["arguments"][-2:] == ["clean", "test"]]
        self.assertEqual(call["environment"]["JAVA_HOME"], str(self.java11))
        m2 = self.setup_folder / "tool" / "m2"
        self.assertTrue((m2 / "plugin/1/plugin.jar").exists())
        self.assertEqual(list(m2.rglob("_remote.repositories")), [])

    def test_whose_repository_is_a_shallow_copy_are_refused(self):
        (self.origin / "tool/tcases/lib/icu4j-64.2.jar").unlink()
        stand_in.git(self.origin, "commit", "--quiet", "--all", "--message", "shallow")
        commit = stand_in.git(self.origin, "rev-parse", "HEAD")
        self.setup_fails("tool/tcases/lib is incomplete", "tcases", GEN_TF_SETTING_COMMIT=commit)

    def test_that_the_repository_lacks_are_refused(self):
        shutil.rmtree(self.origin / "tool/arat")
        stand_in.git(self.origin, "commit", "--quiet", "--all", "--message", "other")
        commit = stand_in.git(self.origin, "rev-parse", "HEAD")
        self.setup_fails("the repository has no tool/arat/fdic/tool.sh", GEN_TF_SETTING_COMMIT=commit)


class Services(SetupTest):
    BUILDS = {
        "youtube": ("services/youtube", ["-DskipTests", "clean", "install"], "java11", "services/youtube"),
        "genome-nexus": ("services/genome-nexus", ["-DskipTests", "clean", "install"], "java8", None),
        "language-tool": (
            "services/emb", ["-DskipTests", "--projects", "em/embedded/rest/languagetool", "--also-make", "clean", "install"],
            "java8", "services/emb/em/embedded/rest/languagetool",
        ),
        "ocvn": (
            "services/emb", ["-DskipTests", "--projects", "em/embedded/rest/ocvn", "--also-make", "clean", "install"],
            "java8", "services/emb/em/embedded/rest/ocvn",
        ),
    }  # fmt: skip

    def test_are_built_alone_with_their_jdk(self):
        for service, (folder, arguments, java, class_path) in self.BUILDS.items():
            with self.subTest(service=service):
                shutil.rmtree(self.setup_folder)
                self.setup_folder.mkdir()
                self.fakes.forget()
                self.set_up(service=service, PROJECT_VERSION="9")
                call = next(call for call in self.fakes.calls("mvn") if "install" in call["arguments"])
                self.assertEqual(call["folder"], str(self.repository / folder))
                self.assertEqual(call["arguments"][3 : 3 + len(arguments)], arguments)
                self.assertEqual(call["environment"]["JAVA_HOME"], str(getattr(self, java)))
                self.check_class_path(class_path)
                classes = (self.setup_folder / "service/classes.txt").read_text(encoding="utf-8").split()
                self.assertTrue(classes and all(pathlib.Path(path).is_dir() for path in classes))
                for jar in ("org.jacoco.agent-0.8.7-runtime.jar", "org.jacoco.cli-0.8.7-nodeps.jar"):
                    self.assertTrue((self.repository / jar).exists())

    def check_class_path(self, folder):
        """Jars lie where an experiment sees them: a cache is gone by then."""
        if folder is None:
            self.assertNotIn("PROJECT_VERSION", self.fakes.calls("mvn")[-1]["environment"])
            return
        paths = (self.repository / folder / "cp.txt").read_text(encoding="utf-8").split(":")
        self.assertEqual([pathlib.Path(path).name for path in paths], ["one.jar", "two.jar"])
        for path in paths:
            self.assertTrue(path.startswith(f"{self.setup_folder}/") and pathlib.Path(path).exists(), path)

    def test_are_built_once_for_all_tools_of_a_machine(self):
        self.set_up("arat-rl", "youtube")
        shutil.rmtree(self.setup_folder)
        self.setup_folder.mkdir()
        self.set_up("schemathesis", "youtube")
        builds = [call for call in self.fakes.calls("mvn") if "install" in call["arguments"]]
        self.assertEqual(len(builds), 1)
        self.assertTrue((self.repository / "services/youtube/target/classes/A.class").exists())

    def test_are_tried_three_times(self):
        done = self.run_script("setup.sh", GEN_TF_TOOL="arat-rl", GEN_TF_SERVICE="youtube", STAND_IN_MVN="fails")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("try 3 of 3 has failed", done.stderr)

    def test_of_other_people_need_neither_java_nor_maven(self):
        here = {"GEN_TF_JVM_FOLDER": str(self.box / "nothing")}
        for service in ("fdic", "ohsome", "omdb", "rest-countries", "spotify"):
            shutil.rmtree(self.setup_folder)
            self.setup_folder.mkdir()
            self.set_up(service=service, **here)
        self.assertEqual(self.fakes.calls("mvn", "java"), [])

    def test_without_their_jdk_name_the_variable_that_would_help(self):
        here = {"GEN_TF_JVM_FOLDER": str(self.box / "nothing"), "PATH": f"{self.fakes.bin}:/usr/bin:/bin"}
        here["JAVA8_HOME"] = ""
        shutil.rmtree(self.fakes.jvm)
        self.fakes.add("java", "javac")
        self.setup_fails("JAVA8_HOME name its folder", service="ocvn", **here)


class Provision(HarnessTest):
    def setUp(self):
        super().setUp()
        self.fakes.add("apt-cache", "systemctl", "usermod", "docker")
        guest = self.box / "guest"
        self.environment["GEN_TF_GUEST"] = str(guest)
        apt = guest / "platform/gcp/apt.sh"
        apt.parent.mkdir(parents=True)
        apt.write_text(f'exec "{self.fakes.bin}/apt.sh" "$@"\n', encoding="utf-8")
        self.fakes.add("apt.sh")

    def provision(self, tool, service, **variables):
        return self.succeed("provision.sh", GEN_TF_TOOL=tool, GEN_TF_SERVICE=service, **variables)

    def installed(self):
        return [call["arguments"][-1] for call in self.fakes.calls("apt.sh")]

    def test_installs_the_jdks_of_the_cell_from_the_distribution_and_no_others(self):
        ubuntu = {"STAND_IN_PACKAGES": "openjdk-8-jdk-headless openjdk-11-jdk-headless"}
        for tool, service, expected in (
            ("arat-rl", "fdic", []), ("arat-rl", "youtube", ["11"]), ("tcases", "language-tool", ["8", "11"]),
            ("evomaster", "omdb", ["11"]), ("llamaresttest", "ocvn", ["8"]), ("resttestgen", "youtube", ["11"]),
        ):  # fmt: skip
            with self.subTest(tool=tool, service=service):
                self.fakes.forget()
                self.provision(tool, service, **ubuntu)
                self.assertEqual(self.installed(), [f"openjdk-{major}-jdk-headless" for major in expected])

    def test_unpacks_the_archive_of_the_study_where_the_distribution_has_no_jdk(self):
        stand_in.write(self.box, "jdk8u/bin/java", "java", 0o755)
        archive = self.box / "jdk.tar.gz"
        shutil.make_archive(str(self.box / "jdk"), "gztar", self.box, "jdk8u")
        given = {
            "GEN_TF_SETTING_TEMURIN8_URL": archive.as_uri(),
            "GEN_TF_SETTING_TEMURIN8_SHA256": stand_in.sha256_of(archive),
        }
        self.provision("arat-rl", "language-tool", **given)
        self.assertTrue((self.fakes.jvm / "temurin-8-jdk-amd64/bin/java").exists())
        given["GEN_TF_SETTING_TEMURIN8_SHA256"] = "0" * 64
        cell = {"GEN_TF_TOOL": "arat-rl", "GEN_TF_SERVICE": "language-tool"}
        self.fail_with(f"not {'0' * 64}", "provision.sh", **cell, **given)

    def test_says_what_to_do_where_neither_has_one(self):
        cell = {"GEN_TF_TOOL": "arat-rl", "GEN_TF_SERVICE": "language-tool"}
        self.fail_with("use Ubuntu 22.04, or give the settings temurin8_url", "provision.sh", **cell)

    def test_starts_docker_for_two_services_and_for_no_other(self):
        ubuntu = {"STAND_IN_PACKAGES": "openjdk-8-jdk-headless openjdk-11-jdk-headless"}
        for service in stand_in.SERVICES:
            with self.subTest(service=service):
                self.fakes.forget()
                self.provision("arat-rl", service, **ubuntu)
                started = bool(self.fakes.calls("systemctl"))
                self.assertEqual(started, service in ("genome-nexus", "ocvn"))
        self.provision("arat-rl", "ocvn", **ubuntu)
        self.assertEqual(
            [call["arguments"] for call in self.fakes.calls("systemctl", "usermod", "docker")],
            [
                ["set-environment", "DOCKER_MIN_API_VERSION=1.24"],
                ["restart", "docker.service"],
                ["--append", "--groups", "docker", "gen-tf"],
                ["pull", "--quiet", "mongo:3.2"],
            ],
        )

    def test_takes_the_images_from_where_the_study_says(self):
        copy = "europe-docker.pkg.dev/p/r/mongo@sha256:" + "1" * 64
        ubuntu = {"STAND_IN_PACKAGES": "openjdk-8-jdk-headless"}
        self.provision("arat-rl", "ocvn", **ubuntu, GEN_TF_SETTING_OCVN_MONGO_IMAGE=copy)
        said = [call["arguments"] for call in self.fakes.calls("docker")]
        self.assertEqual(said, [["pull", "--quiet", copy], ["tag", copy, "mongo:3.2"]])

    def test_names_docker_hubs_limit_when_an_image_cannot_be_pulled(self):
        cell = {"GEN_TF_TOOL": "arat-rl", "GEN_TF_SERVICE": "genome-nexus", "STAND_IN_DOCKER": "fails"}
        cell["STAND_IN_PACKAGES"] = "openjdk-8-jdk-headless"
        self.fail_with("few pulls an hour", "provision.sh", **cell)
        self.assertEqual(len(self.fakes.calls("docker")), 3)


class Pins(unittest.TestCase):
    def test_name_one_version_each(self):
        for path in (HARNESS / "setup/python").glob("*.txt"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if not line.startswith("#"):
                    self.assertRegex(line, r'^[A-Za-z0-9_.-]+==[^\s;]+(; python_version (<|>=) "3\.11")?$', path.name)


if __name__ == "__main__":
    unittest.main()
