"""Data directories that the disk has changed or lost a part of: python3 damage_test.py BIN_DIR.

What was durable and is damaged is refused with the way out; what a crash leaves is mended, and nothing acknowledged is lost."""
import http.client
import random
import string

import breaking
from store_cluster import Refused, eventually

KEYS = 300


def letters(size, seed):
    """Stands in a table as it is: LZ4 finds nothing to shorten."""
    source = random.Random(seed)
    return "".join(source.choice(string.ascii_letters + string.digits) for _ in range(size))


VALUES = {f"damage/{i:03}": letters(1000, i) for i in range(KEYS)}


def change(file, at):
    """Another byte in place of the one at `at`; again, and it is as before."""
    with open(file, "r+b") as io:
        io.seek(at)
        byte = io.read(1)[0]
        io.seek(at)
        io.write(bytes([byte ^ 0x55]))


class DamageTest(breaking.BreakTest):
    spares = 0

    def write_all(self, client):
        for key, value in VALUES.items():
            client.put(key, value)

    def folder(self, member):
        return next((member.data_dir() / "member").glob("db-*"))

    def largest(self, member, ending):
        return max(self.folder(member).glob("*" + ending), key=lambda file: file.stat().st_size)

    def comes_back(self, member):
        member.start()
        member.wait_ready()
        self.assertEqual(member.client.all("damage/"), VALUES)

    def refused(self, member, *words):
        """Its last line says what is damaged, and the way out."""
        member.start()
        self.assertNotEqual(member.wait_end(), 0)
        for word in (*words, "member remove", "--data-dir", "member add", "restore a backup"):
            self.assertIn(word, member.last_line())


class Alone(DamageTest):
    size = 1

    def setUp(self):
        super().setUp()
        self.member = self.cluster.members[0]
        self.write_all(self.member.client)

    def test_torn_tails_are_mended(self):
        """What a crash may leave of a write that nobody was told of."""
        for torn in (bytes(100), letters(50, "torn").encode(), None):
            self.member.end()
            wal = self.largest(self.member, ".log")
            data = wal.read_bytes()
            with open(wal, "ab") as out:
                out.write(data[:700] if torn is None else torn)  # The beginning of a record, and not its end.
            with self.subTest(torn=torn):
                self.comes_back(self.member)
            self.member.client.put("more", "x" * 1000)

    def test_a_changed_byte_of_the_write_ahead_log_is_refused(self):
        self.member.end()
        wal = self.largest(self.member, ".log")
        for tenth in (1, 5, 9):
            at = wal.stat().st_size * tenth // 10
            change(wal, at)
            self.refused(self.member, "write-ahead log is damaged at", wal.name)
            change(wal, at)
        self.comes_back(self.member)

    def test_missing_files_are_no_empty_database(self):
        self.member.end()
        folder = self.folder(self.member)
        for file in (folder / "CURRENT", folder.parent / "active", folder):
            aside = self.cluster.dir / "aside"
            file.rename(aside)
            self.refused(self.member, file.name, "missing")
            self.assertFalse(file.exists(), f"{file.name} was made anew")
            aside.rename(file)
        self.comes_back(self.member)

    def place_of(self, key, file):
        data, value = file.read_bytes(), VALUES[key].encode()
        places = (data.find(value[i:i + 32]) for i in range(100, 900, 32))
        return next((at for at in places if at >= 0), None)

    def test_a_damaged_table_is_an_error_and_not_another_value(self):
        """In that of the log it is met at the start, in that of the data by who asks for it."""
        self.member.process.terminate()  # Writes its tables as it ends.
        self.assertEqual(self.member.wait_end(), 0)
        key = f"damage/{KEYS // 2:03}"
        tables = {file: self.place_of(key, file) for file in self.folder(self.member).glob("*.sst")}
        served = []
        for file, at in tables.items():
            if at is None:
                continue
            change(file, at)
            self.member.start()
            if self.starts():
                served.append(file)
                self.reads_are_refused(key)
                with self.assertRaises((OSError, Refused, http.client.HTTPException)):
                    self.member.client.put(key, "new")  # Cannot be done without the version before.
            self.assertNotEqual(self.member.wait_end(), 0)
            for word in ("checksum mismatch", file.name, "member remove", "restore a backup"):
                self.assertIn(word, self.member.last_line())
            change(file, at)
            if served:
                break  # What it could not do, it does at its next start: the files become others.
        self.assertTrue(served, f"in none of {tables}")
        self.member.start()
        self.member.wait_ready()
        self.assertEqual(self.member.client.all("damage/"), {**VALUES, key: "new"})

    def starts(self):
        """Whether it comes to serve, and does not end."""
        def decided():
            if self.member.process.poll() is not None:
                return "ended"
            try:
                return self.member.client.request("GET", "/readyz") and "serves"
            except (OSError, http.client.HTTPException, Refused):
                return None
        return eventually("it serves, or ends", decided) == "serves"

    def reads_are_refused(self, key):
        with self.assertRaises(Refused) as refusal:
            self.member.client.get(key)
        for word in ("checksum mismatch", ".sst", "restore a backup"):
            self.assertIn(word, str(refusal.exception))
        other = "damage/000"
        self.assertEqual(self.member.client.get(other), VALUES[other])


class OfThree(DamageTest):
    spares = 1

    def test_a_damaged_member_is_refused_and_added_again(self):
        leader = self.cluster.leader()
        self.write_all(leader.client)
        member = self.others(leader)[0]
        member.end()
        wal = self.largest(member, ".log")
        change(wal, wal.stat().st_size // 2)
        load = self.load()
        self.refused(member, "write-ahead log is damaged at", wal.name)
        self.replace(member)
        self.assertEqual(member.client.all("damage/"), VALUES)
        load.wait_writes(50)
        self.judge(load)


if __name__ == "__main__":
    breaking.main()
