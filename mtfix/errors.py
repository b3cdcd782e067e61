"""The exceptions. Each says what happened and what to do, and carries a code.

MtfixError
|-- InputError          the user's data
|   |-- FormatError     not of the format it claims, or of none that we read
|   |-- EncodingError   bytes that are not text
|   |-- PairError       hypothesis and source (or reference) don't go together
|   `-- TooManyErrors   more records can't be used than were allowed
|-- ConfigError         the user's settings
|   |-- UnknownDetector
|   `-- BadSetting
|-- ModelError          an artefact
|   |-- ModelMissing
|   |-- ChecksumMismatch
|   `-- CardInvalid
|-- ServiceError        something outside
|   |-- LanguageToolUnavailable
|   `-- DiskFull        there is no room for what is written
`-- DetectorFailure     a bug of ours; the batch goes on
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the command line returns."""

    OK = 0
    FINDINGS = 1  # `check --fail-on` found something of that severity
    USAGE = 2  # unknown option or command
    INPUT = 3
    CONFIG = 4
    MODEL = 5
    SERVICE = 6  # something outside, or the disk
    INTERNAL = 70
    INTERRUPTED = 130


class MtfixError(Exception):
    """Base of all that mtfix raises on purpose."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class InputError(MtfixError):
    """The data can't be read or used."""

    code = "input"
    exit_code = ExitCode.INPUT
    http_status = 422


class FormatError(InputError):
    """Not of the format it claims, or of none that we read."""

    code = "input.format"


class EncodingError(InputError):
    """Bytes that are not text in the encoding they should be in."""

    code = "input.encoding"


class PairError(InputError):
    """Hypothesis and source, or reference, don't go together."""

    code = "input.pair"


class TooManyErrors(InputError):
    """More records of a corpus can't be used than `--max-errors` allows."""

    code = "input.errors"


class ConfigError(MtfixError):
    """The settings can't be used."""

    code = "config"
    exit_code = ExitCode.CONFIG
    http_status = 400


class BadSetting(ConfigError):
    """A setting that is unknown, or has a value that it can't have."""

    code = "config.setting"


class UnknownDetector(ConfigError):
    """A detector or category that there is none of."""

    code = "config.detector"


class ModelError(MtfixError):
    """A model can't be used."""

    code = "model"
    exit_code = ExitCode.MODEL


class ModelMissing(ModelError):
    """A model that was asked for is not there."""

    code = "model.missing"


class ChecksumMismatch(ModelError):
    """A model's file is not the one that its card describes."""

    code = "model.checksum"


class CardInvalid(ModelError):
    """A model's card is missing or faulty."""

    code = "model.card"


class ServiceError(MtfixError):
    """Something outside doesn't answer."""

    code = "service"
    exit_code = ExitCode.SERVICE
    http_status = 503


class LanguageToolUnavailable(ServiceError):
    """Neither of LanguageTool's engines can be used, or the one that was asked for can't."""

    code = "service.languagetool"


class DiskFull(ServiceError):
    """There is no room for what is written. What was written before is whole."""

    code = "service.disk"
    http_status = 507


class DetectorFailure(MtfixError):
    """A detector crashed on a segment. A bug of ours."""

    code = "detector.failure"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" for the nearest of the known words, or an empty string."""
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
