"""Puts a state on a disk in memory."""
import os
import random

from disk import Contents, Names
from states import Index


class Place:
    """The directory 'root' shows states of one trace; 'blobs' keeps the bytes
    of version files, which are linked: they are never written to."""

    def __init__(self, trace, root, blobs):
        self.root = root
        self.blobs = blobs
        self.contents = Contents()
        self.names = Names(trace)
        os.makedirs(blobs)

    def blob(self, digest, make):
        path = os.path.join(self.blobs, digest)
        if not os.path.exists(path):
            with open(path, "wb") as file:
                file.write(make())
        return path

    def put(self, state, tree):
        """Return {path: digest} of files."""
        digests = {}
        index = Index(state, random.Random(state.seed))
        for path in sorted(tree):
            node, place = tree[path], self.root + path
            if node.kind == "d":
                os.mkdir(place)
                continue
            if node.index:
                content = index.content(node, self.contents)
                if content is not None and not path.endswith("-shm"):
                    with open(place, "wb") as file:
                        file.write(content)
                continue
            choice = state.choices(node)
            digests[path] = self.contents.digest_of(node, *choice)
            if node.kind == "l":
                os.symlink(self.contents.make(node, *choice), place)
            elif path.endswith(".h5") and "/.fedtwin/tmp/" not in path:
                os.link(self.blob(digests[path],
                                  lambda: self.contents.make(node, *choice)),
                        place)
            else:
                with open(place, "wb") as file:
                    file.write(self.contents.make(node, *choice))
        return digests
