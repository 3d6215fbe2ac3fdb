# The same as instructions.mjs, of PyTorch on one thread: under callgrind, which is to write down what it has counted before, between
# and after calls on short rows and on long ones.

import json
import os
import subprocess

import torch
import torch.nn.functional as F

# as in peers.py, which has SciPy too: valgrind's numbers are not good enough for that
CALLS = {
    "logSumExp": lambda z, out, labels: torch.logsumexp(z, dim=1),
    "softmax": lambda z, out, labels: torch.softmax(z, dim=1, out=out),
    "crossEntropyLoss": lambda z, out, labels: F.cross_entropy(z, labels, reduction="none"),
}
SHORT = 16384
LONG = 5 * SHORT
CALLS_OF_EACH = 20
TIMES = 3


def dump():
    subprocess.run(["callgrind_control", "-d", "calls", str(os.getpid())], stdout=subprocess.DEVNULL)


def calls_on(length, dtype, measure):
    z = ((1 + torch.arange(length) % 7) / (4 * length)).to(dtype).reshape(1, length)
    out, labels = torch.empty_like(z), torch.tensor([7])

    def run():
        for _ in range(CALLS_OF_EACH):
            CALLS[measure](z, out, labels)

    return run


torch.set_num_threads(1)
torch.set_grad_enabled(False)
counted = []
for type, dtype in (("f32", torch.float32), ("f64", torch.float64)):
    for measure in CALLS:
        short, long = (calls_on(length, dtype, measure) for length in (SHORT, LONG))
        short()
        long()
        dump()
        for _ in range(TIMES):
            short()
            dump()
            long()
            dump()
        counted.append({"measure": measure, "type": type, "classes": CALLS_OF_EACH * (LONG - SHORT)})
print(json.dumps(counted))
