import unittest

import decide


class Decide(unittest.TestCase):
    def test_the_greatest_number_wins(self):
        chosen, rejected = decide.select("build-", ["build-10", "build-9", "latest"])
        self.assertEqual(chosen, 0)
        self.assertEqual(rejected, [(2, "does not start with build-")])

    def test_a_prefix_is_needed(self):
        with self.assertRaisesRegex(ValueError, "prefix"):
            decide.read("{}")


if __name__ == "__main__":
    unittest.main()
