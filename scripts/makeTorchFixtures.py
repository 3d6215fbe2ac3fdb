"""Makes test/fixtures/torch.json, for test/losses.test.ts: losses and gradients by PyTorch, in float64.

Every input is a multiple of a power of two, and so the same number in f32 and f64.

    python3 scripts/makeTorchFixtures.py
"""
import itertools
import json
import sys

import torch
from torch.nn.functional import cross_entropy, kl_div, log_softmax

sys.dont_write_bytecode = True
from makeReferences import Random  # noqa: E402

ROWS, CLASSES = 5, 37
MASKED = [0, 7, 20, 36]  # classes that are impossible in every row of masked logits

random = Random(8128)


def numbers(n, span, unit):
    """n multiples of `unit` in ±span."""
    return [round((2 * random.next() - 1) * span / unit) * unit for _ in range(n)]


def soft_targets():
    """Rows of multiples of 2^-12 with sums of 1 but for the last, which is a little short of it."""
    result = []
    for r in range(ROWS):
        row = [int(random.next() ** 4 * 256) for _ in range(CLASSES)]
        row[r] += 4096 - sum(row) - (12 if r == ROWS - 1 else 0)
        assert row[r] > 0
        result += [x / 4096 for x in row]
    return result


inputs = {
    "logits": numbers(ROWS * CLASSES, 6, 2**-10),
    "teacher": numbers(ROWS * CLASSES, 6, 2**-10),
    # rows of the default index to ignore, and of another
    "labels": [5, 12, -100, 35, 5],
    "otherLabels": [1, 12, 3, 35, 1],
    "targets": soft_targets(),
    "classWeights": [abs(x) + 0.25 for x in numbers(CLASSES, 2, 2**-6)],
}


def matrix(name):
    return torch.tensor(inputs[name], dtype=torch.float64).reshape(ROWS, CLASSES)


def plain(tensor):
    return [float(f"{x:.15g}") for x in tensor.reshape(-1).tolist()]


def result_of(logits, loss_of, reduction, with_gradient=True):
    """Of `loss_of(logits)`, a number or a loss a row, whose gradient is then that of their sum."""
    logits = logits.clone().requires_grad_()
    loss = loss_of(logits)
    loss.sum().backward()
    result = {"perRow" if reduction == "none" else "loss": plain(loss.detach())}
    if reduction != "none":
        result["loss"] = result["loss"][0]
    # the gradient of "none" is that of "sum"
    if with_gradient and reduction != "none":
        result["gradient"] = plain(logits.grad)
    return result


cross_entropies = []


def add_cross_entropy(targets, reduction, smoothing=0.0, weighted=False, temperature=1, ignored=-100, masked=False):
    logits = matrix("logits")
    if masked:
        logits[:, MASKED] = -torch.inf
    target = matrix("targets") if targets == "targets" else torch.tensor(inputs[targets])
    weight = torch.tensor(inputs["classWeights"], dtype=torch.float64) if weighted else None
    arguments = {"weight": weight, "reduction": reduction, "label_smoothing": smoothing}
    if targets != "targets":
        arguments["ignore_index"] = ignored
    options = {"reduction": reduction, "labelSmoothing": smoothing, "temperature": temperature}
    if ignored != -100:
        options["ignoreIndex"] = ignored
    cross_entropies.append(
        {
            "targets": targets,
            "weighted": weighted,
            "masked": masked,
            "options": options,
            **result_of(logits, lambda z: cross_entropy(z / temperature, target, **arguments), reduction),
        }
    )


for k, (targets, weighted, smoothing) in enumerate(
    itertools.product(("labels", "targets"), (False, True), (0.0, 0.1))
):
    for reduction in ("mean", "sum", "none"):
        add_cross_entropy(targets, reduction, smoothing, weighted, (1, 2, 0.7)[k % 3])
for weighted in (False, True):
    add_cross_entropy("otherLabels", "mean", 0.1, weighted, ignored=1)
    add_cross_entropy("labels", "mean", 0.0, weighted, masked=True)


def divergences(direction, beta, temperature, student):
    """τ² times the divergence of each row."""
    s = log_softmax(student / temperature, -1)
    t = log_softmax(matrix("teacher") / temperature, -1)
    if direction == "forward":
        values = kl_div(s, t, log_target=True, reduction="none")
    elif direction == "reverse":
        values = kl_div(t, s, log_target=True, reduction="none")
    else:
        m = torch.log(beta * t.exp() + (1 - beta) * s.exp())
        values = beta * kl_div(m, t, log_target=True, reduction="none")
        values = values + (1 - beta) * kl_div(m, s, log_target=True, reduction="none")
    return temperature**2 * values.sum(-1)


distillations = []
for direction, beta in (("forward", None), ("reverse", None), ("js", 0.5), ("js", 0.1)):
    for temperature, reduction in ((1, "batchmean"), (2, "sum"), (0.7, "none"), (2, "mean")):

        def loss_of(student):
            losses = divergences(direction, beta, temperature, student)
            return losses if reduction == "none" else losses.sum() / (1 if reduction == "sum" else ROWS)

        if reduction == "batchmean" and direction == "forward":
            s = log_softmax(matrix("logits") / temperature, -1)
            t = log_softmax(matrix("teacher") / temperature, -1)
            assert torch.allclose(loss_of(matrix("logits")), kl_div(s, t, log_target=True, reduction="batchmean"))
        options = {"direction": direction, "temperature": temperature, "reduction": reduction}
        if beta is not None:
            options["beta"] = beta
        distillations.append(
            {"options": options, **result_of(matrix("logits"), loss_of, reduction, reduction != "mean")}
        )

softmaxes = [
    {
        "temperature": temperature,
        "logSoftmax": plain(log_softmax(matrix("logits") / temperature, -1)),
        "logSumExp": plain(torch.logsumexp(matrix("logits") / temperature, -1)),
    }
    for temperature in (1, 0.7)
]

result = {
    "rowLength": CLASSES,
    "masked": MASKED,
    **inputs,
    "crossEntropies": cross_entropies,
    "distillations": distillations,
    "softmaxes": softmaxes,
}


def lines(value):
    """One array element a line, where they are objects."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join("    " + json.dumps(x, separators=(",", ":")) for x in value) + "\n  ]"
    return json.dumps(value, separators=(",", ":"))


with open("test/fixtures/torch.json", "w", encoding="utf-8") as file:
    file.write("{\n" + ",\n".join(f'  "{name}": {lines(value)}' for name, value in result.items()) + "\n}\n")
print(len(cross_entropies), "cross-entropies,", len(distillations), "distillations by torch", torch.__version__)
