"""What an epoch of training will cost, from its first batches: a search must know before it begins one.

Knows a network, its task and its data; trains nothing that is kept.
"""

from __future__ import annotations

import copy
import itertools
import time

import torch
from torch import nn

from frugal.models.forward import call_network
from frugal.pipelines import Subject

BATCHES = 4
"""Batches that are timed, after one that is not."""


def epoch_cpu_s(subject: Subject) -> float:
    """CPU seconds of an epoch: loading, augmentation, forward and backward of a few batches, times their number."""
    assert isinstance(subject.model, nn.Module)
    torch.set_num_threads(subject.training.threads)
    model, front = copy.deepcopy(subject.model).train(), subject.task.front()
    subject.data.set_epoch(0)  # type: ignore[attr-defined]
    loader = subject.data.train_dataloader()
    marks = []
    for batch in itertools.islice(loader, BATCHES + 1):
        answer = call_network(model, subject.task, front, batch)
        outputs = answer[0] if isinstance(answer, tuple) else answer
        subject.task.loss(outputs.float(), batch).backward()  # type: ignore[no-untyped-call]
        marks.append(time.process_time())
    if len(marks) < 2:
        return 0.0
    return (marks[-1] - marks[0]) / (len(marks) - 1) * _batches(len(loader), subject.training.limit_train_batches)


def _batches(there_are: int, limit: int | float | None) -> float:
    """How many batches an epoch has under Lightning's limit: a number, or a share."""
    if limit is None:
        return there_are
    return min(there_are, limit) if isinstance(limit, int) else there_are * limit
