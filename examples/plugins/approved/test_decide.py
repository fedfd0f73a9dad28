import unittest

import decide

JUNE, JULY = 1_780_315_200, 1_782_907_200


class Decide(unittest.TestCase):
    def chosen(self, settings: str, tags: list[str], now: int = JUNE):
        index, _ = decide.select(decide.read(settings), tags, now)
        return None if index is None else tags[index]

    def test_the_last_approved_release_that_is_there_wins(self):
        settings = '{"approved": ["1.2.0", "1.3.0", "1.2.9"]}'
        self.assertEqual(self.chosen(settings, ["1.2.0", "1.3.0", "2.0.0"]), "1.3.0")
        self.assertEqual(self.chosen(settings, ["1.2.9", "1.3.0"]), "1.2.9")
        self.assertIsNone(self.chosen(settings, ["2.0.0"]))

    def test_an_approval_may_begin_later(self):
        settings = '{"approved": ["1.2.0", {"tag": "1.3.0", "from": "2026-07-01"}]}'
        self.assertEqual(self.chosen(settings, ["1.2.0", "1.3.0"], JUNE), "1.2.0")
        self.assertEqual(self.chosen(settings, ["1.2.0", "1.3.0"], JULY), "1.3.0")

    def test_says_what_is_wrong_with_settings(self):
        for wrong in ['{}', '[]', '{"approved": []}', '{"approved": [1]}', '{"aproved": ["1"]}']:
            with self.assertRaises(ValueError, msg=wrong):
                decide.read(wrong)
        with self.assertRaisesRegex(ValueError, "someday is no date"):
            decide.read('{"approved": [{"tag": "1", "from": "someday"}]}')


if __name__ == "__main__":
    unittest.main()
