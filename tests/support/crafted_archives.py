"""Archives that mean harm, for the tests of restoring."""

import hashlib
import io
import json
import tarfile

ABOUT = json.dumps(
    {"format": 1, "schema": 1, "sources": 0, "passages": 0, "made_at": "2026-01-01T00:00:00+00:00"}
).encode()


def plain(name, content=b"x"):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    return member, content


def special(name, kind, target=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member, b""


def claiming(name, size):
    """A member that says to have more bytes than come."""
    member, content = plain(name)
    member.size = size
    return member, content


def written(path, *members, form=tarfile.GNU_FORMAT):
    """Write an archive of a backup's first member, these, and what they sum up to."""
    everything = [plain("backup.json", ABOUT), *members]
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {member.name}\n" for member, content in everything
    )
    data = io.BytesIO()
    for member, content in [*everything, plain("SHA256SUMS", sums.encode())]:
        data.write(member.tobuf(form))
        data.write(content + bytes(-len(content) % tarfile.BLOCKSIZE))
    path.write_bytes(data.getvalue() + bytes(2 * tarfile.BLOCKSIZE))
    return path
