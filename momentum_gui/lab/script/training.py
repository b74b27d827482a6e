"""The loop of a script: epochs, batches, changes, schedules, and the rule's update, as far as the runs use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from momentum_gui.lab.script.columns import Column


@dataclass(frozen=True)
class Features:
    """What the loop must do.

    `columns` are the runs' settings, `changed` the keys that changes set. `rescales`: some run rescales its velocity.
    `on_items`: a network on data, not a surface. `masked`: some weights are fixed. `batches`: an
    epoch has more than one update.
    """

    columns: Mapping[str, Column]
    changed: set[str]
    rescales: bool
    on_items: bool
    masked: bool
    batches: bool

    def use(self, key: str) -> str:
        """Return how the program reads a setting."""
        return self.columns[key].use

    @property
    def has_changes(self) -> bool:
        """Whether some run has changes on the way."""
        return not self.columns["changes"].is_everywhere("{}")


def training(features: Features, weight_limit: float) -> list[str]:
    """Return the function `train(run)`."""
    lines = ["def train(run):", '    """Return the error at the end of one run."""', *beginning(features)]
    lines.append(f"    for epoch in range({features.use('epochs')}):")
    if features.batches:
        lines += [*order(features), f"        for first in range(0, len(X), {features.use('batch_size')}):"]
        lines += [f"            {line}" for line in update(features)]
    else:
        lines += [f"        {line}" for line in update(features)]
    lines += [f"        if not (np.abs(w) <= {weight_limit:g}).all():  # the run has diverged", "            break"]
    if not features.columns["target_error"].is_everywhere("0"):
        target = features.use("target_error")
        condition = f"error(w) <= {target}"
        if "0" in features.columns["target_error"].texts:
            condition = f"{target} > 0 and {condition}"
        lines += [f"        if {condition}:", "            break"]
    return [*lines, "    return error(w)"]


def beginning(features: Features) -> list[str]:
    """Return the lines before the first epoch."""
    start = features.columns["start"]
    if not features.on_items:
        lines = [f"    w = np.array({start.use}, float)"]
    else:
        lines = [f"    w = initial_weights({features.use('seed')})"]
        if not start.is_everywhere("{}"):
            lines += [f"    for number, value in {start.use}.items():", "        w[number] = value"]
    lines.append("    p = np.zeros_like(w)  # what the rule stores")
    lines.append('    rule, rate, momentum = run["rule"], run["learning_rate"], run["momentum"]')
    if features.rescales:
        lines.append("    last_lr = None")
    if counts_updates(features):
        lines.append("    update = 0")
    return lines


def counts_updates(features: Features) -> bool:
    """Return whether the loop needs the number of the update."""
    return features.has_changes or "scheduled_momentum" in features.columns


def order(features: Features) -> list[str]:
    """Return the lines that set the order of the items in an epoch."""
    shuffled = features.columns["shuffled"]
    by_seed = f"item_orders({features.use('seed')}, epoch // BLOCK)[epoch % BLOCK]"
    if shuffled.is_everywhere("True"):
        return [f"        order = {by_seed}"]
    if shuffled.is_everywhere("False"):
        return ["        order = np.arange(len(X))"]
    return [f"        order = {by_seed} if {shuffled.use} else np.arange(len(X))"]


def update(features: Features) -> list[str]:
    """Return the lines of one update."""
    lines = changes(features) if features.has_changes else []
    rate, momentum = "rate", "momentum"
    if "rate_factor" in features.columns:
        lines.append(f"lr = rate * {features.use('rate_factor')}(epoch)")
        rate = "lr"
    if "scheduled_momentum" in features.columns:
        lines.append(f"m = {features.use('scheduled_momentum')}(momentum, epoch, update)")
        momentum = "m"
    if features.rescales:
        lines += rescaling(features, rate)
    lines += gradient(features)
    lines += [f"step, p = rule(g, p, {rate}, {momentum})", "w = w + step"]
    return [*lines, "update += 1"] if counts_updates(features) else lines


def changes(features: Features) -> list[str]:
    """Return the lines that make the changes due before an update."""
    lines = [f"change = {features.use('changes')}.get(update, {{}})"]
    for key, name in (("rule", "rule"), ("learning_rate", "rate"), ("momentum", "momentum")):
        if key in features.changed:
            lines.append(f'{name} = change.get("{key}", {name})')
    if "weights" in features.changed:
        lines += ['for number, value in change.get("weights", {}).items():', "    w[number] = value"]
    return lines


def rescaling(features: Features, rate: str) -> list[str]:
    """Return the lines that bring the stored step to a new rate, as in a program that stores gradients."""
    reasons = ['change.get("rescale")'] if features.has_changes else []
    if "rate_factor" in features.columns and not features.columns["rescale"].is_everywhere("False"):
        factor = features.use("rate_factor")
        reason = [] if features.columns["rescale"].is_everywhere("True") else [features.use("rescale")]
        reason += ["first == 0"] if features.batches and features.has_changes else []
        reason += [f"epoch and {factor}(epoch) != {factor}(epoch - 1)"] if features.has_changes else []
        if not reason:
            return [f"p = p * ({rate} / (last_lr or {rate}))  # the stored step follows the rate", f"last_lr = {rate}"]
        reasons.append(" and ".join(reason))
    return [
        f"if last_lr not in (None, {rate}) and ({' or '.join(reasons)}):",
        f"    p = p * ({rate} / last_lr)",
        f"last_lr = {rate}",
    ]


def gradient(features: Features) -> list[str]:
    """Return the lines that set g."""
    if not features.on_items:
        return ["g = gradient(w)"]
    mean, batch = features.columns["mean"], features.columns["batch_size"]
    if features.batches:
        lines = [f"batch = order[first : first + {batch.use}]", "g = gradient(w, X[batch], T[batch])"]
    else:
        lines = ["g = gradient(w, X, T)"]
    count = "len(batch)" if features.batches else "len(X)"
    if mean.is_everywhere("True") and not batch.is_everywhere("1"):
        lines.append(f"g = g / {count}")
    elif not mean.is_shared:
        lines.append(f"g = g / {count} if {mean.use} else g")
    if features.masked:
        lines.append("g = g * TRAINED")
    return lines
