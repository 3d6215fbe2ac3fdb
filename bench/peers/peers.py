# SciPy and PyTorch, told what to do as pipe.ts has it. Each is used as its documentation has it, over arrays that it holds.

import json
import math
import os
import statistics
import sys
import time

import numpy

try:
    import scipy
    from scipy import special, stats
    from scipy.spatial import distance
except ImportError:
    scipy = None
try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

CORES = len(os.sched_getaffinity(0))


def scipy_measures(p, q, labels):
    rows = numpy.arange(len(labels))

    def kl_of_logits():
        logs = special.log_softmax(p, axis=1)
        return (numpy.exp(logs) * (logs - special.log_softmax(q, axis=1))).sum(axis=1)

    return {
        "klDivergence": lambda: stats.entropy(p, q, axis=1),
        "jsDivergence": lambda: distance.jensenshannon(p, q, axis=1) ** 2,
        "entropy": lambda: stats.entropy(p, axis=1),
        "crossEntropy": lambda: -special.xlogy(p, q).sum(axis=1),
        "klDivergenceOfLogits": kl_of_logits,
        "logSumExp": lambda: special.logsumexp(p, axis=1),
        "softmax": lambda: special.softmax(p, axis=1),
        "crossEntropyLoss": lambda: -special.log_softmax(p, axis=1)[rows, labels],
    }


def rel_entr_measures(p, q, labels):
    return {"klDivergence": lambda: special.rel_entr(p, q).sum(axis=1), "entropy": lambda: special.entr(p).sum(axis=1)}


def torch_measures(p, q, labels):
    p, q, labels = torch.from_numpy(p), torch.from_numpy(q), torch.from_numpy(labels)
    out = torch.empty_like(p)
    z = p.clone().requires_grad_(True)

    def sum_of_kl(log_q, p):
        return F.kl_div(log_q, p, reduction="none").sum(dim=1)

    def js():
        log_mean = ((p + q) / 2).log()
        return (sum_of_kl(log_mean, p) + sum_of_kl(log_mean, q)) / 2

    def kl_of_logits():
        return F.kl_div(F.log_softmax(q, dim=1), F.log_softmax(p, dim=1), reduction="none", log_target=True).sum(dim=1)

    def gradient():
        with torch.enable_grad():
            z.grad = None
            F.cross_entropy(z, labels, reduction="sum").backward()
        return z.grad

    return {
        "klDivergence": lambda: sum_of_kl(q.log(), p),
        "jsDivergence": js,
        "entropy": lambda: torch.special.entr(p).sum(dim=1),
        "crossEntropy": lambda: -torch.xlogy(p, q).sum(dim=1),
        "klDivergenceOfLogits": kl_of_logits,
        "logSumExp": lambda: torch.logsumexp(p, dim=1),
        "softmax": lambda: torch.softmax(p, dim=1, out=out),
        "crossEntropyLoss": lambda: F.cross_entropy(p, labels, reduction="none"),
        "crossEntropyGradient": gradient,
    }


PEERS = {}
if scipy:
    PEERS["SciPy"] = (scipy_measures, scipy.__version__, 1)
    PEERS["SciPy rel_entr, entr"] = (rel_entr_measures, scipy.__version__, 1)
if torch:
    torch.set_grad_enabled(False)
    PEERS["PyTorch"] = (torch_measures, torch.__version__, 1)
    if CORES > 1:
        PEERS[f"PyTorch, {CORES} threads"] = (torch_measures, torch.__version__, CORES)


def said(peer):
    _, version, threads = PEERS[peer]
    return {"name": peer, "version": version} | ({"threads": threads} if threads > 1 else {})


# the arrays of a case, read once for all
held = (None, None)


def read(request):
    global held
    key = (request["p"], os.stat(request["p"]).st_mtime_ns)
    if held[0] != key:
        dtype = {"f32": "float32", "f64": "float64"}[request["type"]]
        shape = (request["rows"], request["classes"])
        held = (key, [numpy.fromfile(request[name], dtype).reshape(shape) for name in "pq"])
    return held[1]


# what has been opened: measure, checked indices, threads
entries = {}


def timed(call, calls):
    start = time.perf_counter_ns()
    for _ in range(calls):
        call()
    return (time.perf_counter_ns() - start) / calls


# the median of as many runs of 100 µs or more as there is time for
def sample(call, milliseconds):
    # threads are made, or woken, by the first
    call()
    calls = 1 + int(1e5 / timed(call, 1))
    end = time.perf_counter_ns() + milliseconds * 1e6
    times = [timed(call, calls)]
    while time.perf_counter_ns() < end:
        times.append(timed(call, calls))
    return statistics.median(times)


def answer(request):
    what, id = request["do"], request["id"]
    if what == "open":
        measures, _, threads = PEERS[request["peer"]]
        p, q = read(request)
        call = measures(p, q, numpy.array(request["labels"], "int64")).get(request["measure"])
        if call is None:
            return {"ok": False}
        entries[id] = (call, request["checked"], threads)
        return {"ok": True}
    if what == "close":
        del entries[id]
        return {}
    call, checked, threads = entries[id]
    if torch:
        torch.set_num_threads(threads)
    if what == "sample":
        return {"nanoseconds": sample(call, request["milliseconds"])}
    result = numpy.asarray(call(), "float64").reshape(-1)[checked]
    return {"result": [x if math.isfinite(x) else "NaN" if math.isnan(x) else str(x) + "inity" for x in result.tolist()]}


numpy.seterr(all="ignore")
print(json.dumps({"peers": [said(peer) for peer in PEERS]}), flush=True)
for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
