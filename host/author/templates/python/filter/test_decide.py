import unittest

import decide


class Decide(unittest.TestCase):
    def test_keeps_the_variant_and_drops_its_suffix(self):
        kept, keys, dropped = decide.apply("-alpine", ["1.2.0", "1.2.0-alpine"])
        self.assertEqual((kept, keys, dropped), ([1], ["1.2.0"], [0]))

    def test_a_suffix_is_needed(self):
        with self.assertRaisesRegex(ValueError, "suffix"):
            decide.read("{}")


if __name__ == "__main__":
    unittest.main()
