"""What is recorded: name -> (commands before, commands recorded).

In them $P is the project, $S a directory for sources, and a line written to
$ACK says that everything before is acknowledged.  Only files below the parent of
$P are recorded.
"""

PROJECT = "crash init $P"
ACK = "echo done >>../../$ACK; "
PUTS = ("cd $P; for i in 1 2 3; do echo $i >x; fedtwin data put my.a x; "
        "fedtwin data put my.b x; done")
WORKFLOW = r"""
cat >$P/a.yaml <<\EOF
fedtwin: 1
workflow: chain
params:
  n: {type: integer, default: 1}
stages:
  first:
    shell: 'echo ${params.n} >n.txt'
    out: {n: {type: file, path: n.txt}}
  half:
    in: {n: "${first.n}"}
    shell: 'read n <"${in.n}"; echo $((n / 2)) >half.txt'
    out: {n: {type: file, path: half.txt}}
EOF
"""

SCENARIOS = {
    # A project is made, and something is published into it.
    "init": (
        "true",
        "crash init $P; echo made >>$ACK; crash publish $P $S 1 1 >>$ACK"),
    # Results of several outputs, in new directories and old ones.
    "publish": (
        PROJECT + "; crash publish $P $S 1 2",
        "crash publish $P $S 2 4 >>$ACK"),
    # The last commit before was torn.
    "torn": (
        PROJECT + "; crash publish $P $S 1 3; "
        "truncate -s -100 $P/.fedtwin/oplog/0.log",
        "crash publish $P $S 2 2 >>$ACK"),
    # A process made the same version and died before it could sync.
    "again": (
        PROJECT + "; crash init other; crash publish other $S 1 1",
        "(cd other/.fedtwin && cp -R o ../../$P/.fedtwin/); "
        "crash publish $P $S 1 1 >>$ACK"),
    # Two processes publish at the same time.
    "two": (
        PROJECT,
        "crash publish $P $S 1 3 >>$ACK & crash publish $P $S 2 3 >>$ACK; "
        "wait"),
    "put": (
        PROJECT + "; echo one >$S/a; echo two >$S/b",
        "cd $P; for f in a b a; do "
        "fedtwin data put my.$f ../../$S/$f; " + ACK + "done"),
    "run": (
        PROJECT + WORKFLOW,
        "cd $P; fedtwin run a.yaml; " + ACK +
        "fedtwin run -p n=4 a.yaml; " + ACK),
    # Every command that moves a branch, and a new state behind an undo.
    "history": (
        PROJECT + "; " + PUTS,
        "cd $P; fedtwin undo; " + ACK + "fedtwin undo; " + ACK +
        "fedtwin redo; " + ACK + "fedtwin branch other; " + ACK +
        "fedtwin switch other; " + ACK + "fedtwin tag good; " + ACK +
        "echo 4 >x; fedtwin data put my.a x; " + ACK +
        "fedtwin switch main; " + ACK + "fedtwin tag -d good; " + ACK +
        "fedtwin branch -d -f other; " + ACK),
    # Two branches into one state, and a branch that goes forward.
    "merge": (
        PROJECT + "; " + PUTS + "; fedtwin branch other; "
        "echo 8 >x; fedtwin data put my.a x; fedtwin switch other; "
        "echo 9 >x; fedtwin data put my.b x; fedtwin switch main",
        "cd $P; fedtwin merge other; " + ACK +
        "fedtwin switch other; " + ACK + "fedtwin undo; " + ACK +
        "fedtwin merge main; " + ACK),
    "gc": (
        PROJECT + "; " + PUTS,
        "cd $P; fedtwin gc --grace 0s --keep-states 1; " + ACK +
        "fedtwin gc --restore $(fedtwin gc --list | sed -n '2s/ .*//p'); " +
        ACK + "fedtwin data evict my.b~1; " + ACK +
        "echo 2 >x; fedtwin data put my.b x; " + ACK +
        "fedtwin gc --grace 0s --keep-states 2 --purge; " + ACK),
    "import": (
        PROJECT + "; crash init other; (cd other; for i in 1 2; do "
        "echo $i >x; fedtwin data put my.a x; fedtwin data put my.b x; done; "
        "fedtwin tag v1; fedtwin export ../a.fta)",
        "cd $P; fedtwin import ../../a.fta; " + ACK +
        "fedtwin import ../../a.fta; " + ACK),
    "repack": (
        PROJECT + "; " + PUTS,
        "cd $P; fedtwin repack --older-than '0 s'; " + ACK +
        "fedtwin data get my.a y; " + ACK + "fedtwin data evict my.a; " +
        ACK + "fedtwin gc --grace 0s --keep-states 1 --purge; " + ACK +
        "fedtwin repack --older-than '0 s'; " + ACK),
}


def repeat(times, text):
    return f"for i in $(seq {times}); do {text} done; "


MOVES = ("fedtwin undo; " + ACK + "fedtwin redo; " + ACK +
         "fedtwin branch b$i; " + ACK + "fedtwin switch b$i; " + ACK +
         "echo b$i >x; fedtwin data put my.a x; " + ACK +
         "fedtwin tag t$i; " + ACK + "fedtwin undo; " + ACK +
         "fedtwin switch main; " + ACK)
BOTH = ("fedtwin branch side$i; "
        "echo main $i >x; fedtwin data put my.a x; " + ACK +
        "fedtwin switch side$i; "
        "echo side $i >x; fedtwin data put my.b$i x; " + ACK +
        "fedtwin switch main; fedtwin merge side$i; " + ACK)
PLAIN = ("for i in $(seq 10); do echo $i >x; fedtwin data put my.a x; "
         "fedtwin data put my.b x; done; ")
LARGE = ("for i in 1 2 3 4; do seq $i 40000 >x; "
         "fedtwin data put my.large x; done")

# Many operations in a row, and many changes that are open at once.
LONG = {
    "publish, long": (PROJECT, "crash publish $P $S 1 12 >>$ACK"),
    "three at once": (
        PROJECT,
        "crash publish $P $S 1 4 >>$ACK & crash publish $P $S 2 4 >>$ACK & "
        "crash publish $P $S 3 4 >>$ACK; wait"),
    "history, long": (PROJECT + "; " + PUTS, "cd $P; " + repeat(3, MOVES)),
    "merge, long": (PROJECT + "; " + PUTS, "cd $P; " + repeat(4, BOTH)),
    "gc, long": (
        PROJECT + "; cd $P; " + PLAIN,
        "cd $P; for i in 14 9 4; do "
        "fedtwin gc --grace 0s --keep-states $i; " + ACK +
        "fedtwin gc --restore $(fedtwin gc --list | sed -n '2s/ .*//p'); " +
        ACK + "done; "
        "fedtwin gc --grace 0s --keep-states 6; " + ACK +
        "fedtwin gc --grace 0s --keep-states 2 --purge; " + ACK),
    "evict and rerun": (
        PROJECT + WORKFLOW + "cd $P; fedtwin run a.yaml; "
        "fedtwin run -p n=4 a.yaml",
        "cd $P; " + repeat(1, "fedtwin data evict first.n half.n; " + ACK +
                           "fedtwin rerun --deep half.n; " + ACK +
                           "fedtwin rerun first.n; " + ACK)),
    "import, long": (
        PROJECT + "; (cd $P; " + PLAIN + "); crash init other; (cd other; "
        "for i in $(seq 6); do echo o $i >x; fedtwin data put my.c x; "
        "fedtwin tag v$i; done; fedtwin export ../a.fta; "
        "fedtwin branch side; fedtwin switch side; "
        "for i in $(seq 6); do echo s $i >x; fedtwin data put my.d x; done; "
        "fedtwin export ../b.fta)",
        "cd $P; fedtwin import ../../a.fta; " + ACK +
        "fedtwin import ../../b.fta; " + ACK),
    "repack, long": (
        PROJECT + "; cd $P; " + PLAIN,
        "cd $P; fedtwin repack --older-than '0 s'; " + ACK +
        "for i in 1 2 3; do fedtwin data get my.a~$i y$i; " + ACK +
        "echo again $i >x; fedtwin data put my.c x; " + ACK + "done; "
        "fedtwin repack --older-than '0 s'; " + ACK +
        "fedtwin gc --grace 0s --keep-states 6 --purge; " + ACK +
        "fedtwin repack --older-than '0 s'; " + ACK),
    "compress": (
        PROJECT + "; cd $P; " + LARGE,
        "cd $P; fedtwin repack --compress --larger-than '64 KiB' "
        "--older-than '0 s'; " + ACK +
        "fedtwin data evict my.large~1; " + ACK +
        "fedtwin gc --grace 0s --keep-states 2 --purge; " + ACK),
}

GO_ON = "crash publish $P $S 9 2 >>$ACK; "
KEEP = "cd $P; fedtwin fsck --rebuild; " + ACK
CLEAN = ("cd $P; fedtwin gc --grace 0s --keep-states 2 --purge; " + ACK +
         "fedtwin repack --older-than '0 s'; " + ACK)

# A second crash, in what a store does that the first one has left: name ->
# (scenario, commands, how many states of it).
SECOND = {
    "publish after a crash": ("publish", GO_ON, 8),
    "gc after a crash of gc": ("gc", CLEAN, 8),
    "rebuild after a crash of publish": ("two", KEEP, 4),
    "import again after a crash": (
        "import", "cd $P; fedtwin import ../../a.fta; " + ACK, 6),
    "repack again after a crash": ("repack", CLEAN, 8),
    "compress again after a crash": ("compress", LONG["compress"][1], 2),
}
QUICK = ("publish after a crash",)

# What a random history is made of; $n is another number each time.
OPERATIONS = (
    "crash publish . ../../$S $n 2",
    "crash publish . ../../$S $n 1 & crash publish . ../../$S 1$n 2; wait",
    "echo $n >x; fedtwin data put my.a x",
    "echo b $n >x; fedtwin data put my.b x",
    "seq $n 12000 >x; fedtwin data put my.large x",
    "fedtwin undo",
    "fedtwin redo",
    "fedtwin branch b$n && fedtwin switch b$n",
    "fedtwin switch main",
    "fedtwin tag t$n",
    "fedtwin merge side",
    "fedtwin gc --grace 0s --keep-states 4",
    "fedtwin gc --grace 0s --keep-states 2 --purge",
    "fedtwin gc --restore $(fedtwin gc --list | sed -n '2s/ .*//p')",
    "fedtwin data evict my.b",
    "fedtwin data get my.a got$n",
    "fedtwin repack --older-than '0 s'",
    "fedtwin repack --compress --larger-than '16 KiB' --older-than '0 s'",
    "fedtwin import ../../a.fta",
)
STEPS = 10


def random_history(source):
    """A scenario of operations, some of which may be refused."""
    steps = "".join(
        f"n={n}; {{ {source.choice(OPERATIONS)}; {ACK} }} || :; "
        for n in range(2, 2 + STEPS))
    return (PROJECT + "; " + PUTS + "; fedtwin branch side; "
            "fedtwin switch side; echo 7 >x; fedtwin data put my.c x; "
            "fedtwin export ../../a.fta; fedtwin switch main",
            "cd $P; " + steps)
