import unittest

import decide


class Decide(unittest.TestCase):
    def test_writes_a_line_a_change(self):
        text = decide.render("chore", [("a.yaml", "a:1", "a:2")])
        self.assertEqual(text, "chore: update 1 value\n\n- a.yaml: a:1 -> a:2\n")

    def test_a_prefix_is_needed(self):
        with self.assertRaisesRegex(ValueError, "prefix"):
            decide.read("{}")


if __name__ == "__main__":
    unittest.main()
