"""setup.sh of the restgym harness: which images are fetched, and what is refused."""

import json
import unittest

from place import FakeEngine

DIGEST = "sha256:" + "ab" * 32


class Setup(FakeEngine):
    def test_images_are_saved_with_their_ids_and_digests(self):
        self.run_well("setup.sh")
        noted = json.loads(self.read("setup/images/images.json"))
        self.assertEqual(noted["api"]["reference"], "restgym/market-api:1.0.0")
        self.assertEqual(noted["api"]["id"], self.id_of("api"))
        self.assertNotEqual(noted["api"]["id"], noted["tool"]["id"])
        self.assertEqual(len(noted["tool"]["repo_digests"]), 1)
        self.assertEqual(self.read("setup/images/tool.tar"), f"saved {self.id_of('tool')}\n")

    def test_a_pinned_image_is_pulled_by_its_digest_alone(self):
        for name in ("restgym/market-api:1.0.0", "registry:5000/a/market-api", "restgym/other"):
            with self.subTest(name=name):
                self.forget_calls()
                self.run_well("setup.sh", GEN_TF_SETTING_MARKET_API_IMAGE=f"{name}@{DIGEST}")
                self.assertEqual(self.calls("pull")[0][-1], f"{name.removesuffix(':1.0.0')}@{DIGEST}")

    def test_a_pinned_image_that_the_engine_has_is_not_pulled_again(self):
        pinned = {"GEN_TF_SETTING_MARKET_API_IMAGE": f"restgym/market-api@{DIGEST}"}
        self.run_well("setup.sh", **pinned)
        self.run_well("setup.sh", **pinned)
        self.assertEqual(len([call for call in self.calls("pull") if "market-api" in call[-1]]), 1)

    def test_an_image_of_another_digest_is_refused(self):
        self.says("digest", "sha256:" + "cd" * 32)
        status, said = self.run_script("setup.sh", GEN_TF_SETTING_MARKET_API_IMAGE=f"restgym/market-api@{DIGEST}")
        self.assertNotEqual(status, 0)
        self.assertIn("another image", said)

    def test_an_image_that_says_it_holds_another_api_is_refused(self):
        self.says("environment", "API=scs")
        status, said = self.run_script("setup.sh")
        self.assertNotEqual(status, 0)
        self.assertIn("holds scs", said)

    def test_a_pull_is_tried_four_times_with_growing_pauses(self):
        self.says("pulls", "1 connection reset\n" * 3)
        self.run_well("setup.sh")
        self.assertEqual(self.read("engine/sleeps").split(), ["10", "30", "90"])

    def test_a_registry_s_limit_is_named_with_the_way_out(self):
        self.says("pulls", "1 toomanyrequests: You have reached your pull rate limit.\n" * 4)
        status, said = self.run_script("setup.sh")
        self.assertNotEqual(status, 0)
        self.assertEqual(len(self.calls("pull")), 4)
        self.assertIn("Artifact Registry", said)
        self.assertIn("market_api_image", said)

    def test_an_image_of_the_engine_s_own_is_used_only_when_it_is_not_pinned(self):
        self.run_well("setup.sh")
        self.says("pulls", "1 no network\n" * 2)
        self.assertIn("has an image of this name", self.run_well("setup.sh"))
        self.says("pulls", "1 no network\n" * 4)
        pinned = f"restgym/market-api:1.0.0@{DIGEST}"
        status, said = self.run_script("setup.sh", GEN_TF_SETTING_MARKET_API_IMAGE=pinned)
        self.assertNotEqual(status, 0)
        self.assertNotIn("has an image of this name", said)


if __name__ == "__main__":
    unittest.main()
