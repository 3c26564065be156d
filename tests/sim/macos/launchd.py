"""launchd: jobs that are loaded, really run on their calendar, and shown as `launchctl print` shows them.

A job is {"path", "plist", "runs", "exit", "pid", "leaving"}: `exit` is None before the first run, `leaving` how often
it is still seen after a `bootout`, None for one that stays.
"""

from __future__ import annotations

import os
import plistlib
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.sim.macos.state import FOLDER, State, opened

_ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
Job = dict[str, Any]


def load(state: State, path: str, plist: dict[str, Any]) -> None:
    """Take a job in, as `bootstrap` and the start of the machine do; with RunAtLoad it runs at once."""
    label = str(plist["Label"])
    text = plistlib.dumps(plist).decode()
    state["launchd"][label] = {"path": path, "plist": text, "runs": 0, "exit": None, "pid": None, "leaving": None}
    if plist.get("RunAtLoad"):
        spawn(label)


def of(job: Job) -> dict[str, Any]:
    """What launchd read when it loaded the job, whatever its file says by now."""
    value: dict[str, Any] = plistlib.loads(str(job["plist"]).encode())
    return value


def still_there(job: Job) -> bool:
    """False once a `bootout` has come to its end."""
    return job["leaving"] is None or int(job["leaving"]) > 0


def looked_at(state: State, label: str, job: Job) -> bool:
    """Whether the job is seen; each look brings a `bootout` nearer to its end."""
    if job["leaving"] is None:
        return True
    job["leaving"] = int(job["leaving"]) - 1
    if job["leaving"] >= 0:
        return True
    del state["launchd"][label]
    return False


def stop(job: Job) -> None:
    """End a run that is under way."""
    if job["pid"]:
        try:
            os.killpg(int(job["pid"]), signal.SIGTERM)
        except ProcessLookupError:
            job["pid"] = None


def spawn(label: str) -> None:
    """Start a run of its own and do not wait; it waits for the state that the caller holds."""
    subprocess.Popen(
        [sys.executable, "-S", "-E", "-m", "tests.sim.macos.launchd", label],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        cwd="/opt/standin",
    )  # fmt: skip


def run(label: str) -> None:
    """One run of a loaded job, from its start to its end; launchd never runs one twice at once."""
    with opened() as state:
        job = state["launchd"].get(label)
        if job is None or job["pid"] or not still_there(job):
            return
        plist = of(job)
        environment = {**_ENVIRONMENT, "XPC_SERVICE_NAME": label, **plist.get("EnvironmentVariables", {})}
        out, err = (str(plist.get(key, "/dev/null")) for key in ("StandardOutPath", "StandardErrorPath"))
        try:
            process = _started(plist["ProgramArguments"], environment, out, err)
        except OSError:
            job["runs"], job["exit"] = job["runs"] + 1, 78
            return
        job["pid"] = process.pid
    code = process.wait()
    with opened() as state:
        job = state["launchd"].get(label)
        if job is not None:
            job["runs"], job["exit"], job["pid"] = job["runs"] + 1, code, None


def _started(arguments: list[str], environment: dict[str, str], out: str, err: str) -> subprocess.Popen[bytes]:
    with Path(out).open("ab") as output, Path(err).open("ab") as errors:
        return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment,
                                cwd="/", start_new_session=True)  # fmt: skip


def calendars(plist: dict[str, Any]) -> list[dict[str, int]]:
    """Every StartCalendarInterval of a job."""
    found = plist.get("StartCalendarInterval", [])
    return [found] if isinstance(found, dict) else list(found)


def due(plist: dict[str, Any], after: datetime, until: datetime) -> list[datetime]:
    """Every minute on its calendar, local time; what is missing fits all, a day and a weekday are one or the other."""
    moment, found = after.replace(second=0, microsecond=0) + timedelta(minutes=1), []
    while moment <= until:
        if any(_fits(one, moment) for one in calendars(plist)):
            found.append(moment)
        moment += timedelta(minutes=1)
    return found


def _fits(calendar: dict[str, int], moment: datetime) -> bool:
    weekday = calendar.get("Weekday")
    days = []
    if "Day" in calendar:
        days.append(calendar["Day"] == moment.day)
    if weekday is not None:
        days.append(weekday % 7 == moment.isoweekday() % 7)
    return (
        calendar.get("Minute", moment.minute) == moment.minute
        and calendar.get("Hour", moment.hour) == moment.hour
        and calendar.get("Month", moment.month) == moment.month
        and (not days or any(days))
    )


def shown(label: str, job: Job, socket: str) -> str:
    """What `launchctl print system/LABEL` says: the capture of reference 3.3, with the words of the system domain."""
    plist = of(job)
    state = "running" if job["pid"] else "not running"
    ended = "(never exited)" if job["exit"] is None else job["exit"]
    lines = ["active count = " + ("1" if job["pid"] else "0"), f"path = {job['path']}", "type = LaunchDaemon"]
    lines += [f"state = {state}", "", f"program = {plist['ProgramArguments'][0]}", "arguments = {"]
    lines += [f"\t{word}" for word in plist["ProgramArguments"]] + ["}", ""]
    for key, words in (("StandardOutPath", "stdout path"), ("StandardErrorPath", "stderr path")):
        if key in plist:
            lines.append(f"{words} = {plist[key]}")
    if socket:
        lines += ["inherited environment = {", f"\tSSH_AUTH_SOCK => {socket}", "}", ""]
    lines += ["default environment = {", f"\tPATH => {_ENVIRONMENT['PATH']}", "}", ""]
    lines += ["environment = {", f"\tXPC_SERVICE_NAME => {label}", "}", "", "domain = system", "minimum runtime = 10"]
    lines += ["exit timeout = 5", f"runs = {job['runs']}"] + ([f"pid = {job['pid']}"] if job["pid"] else [])
    lines += [f"last exit code = {ended}", ""]
    if calendars(plist):
        lines.append("event triggers = {")
        for number, one in enumerate(calendars(plist)):
            lines += [f"\t{label}.{268435470 + number} => {{", "\t\tkeepalive = 0", f"\t\tservice = {label}",
                      "\t\tstream = com.apple.launchd.calendarinterval",
                      "\t\tmonitor = com.apple.UserEventAgent-System", "\t\tdescriptor = {"]  # fmt: skip
            lines += [f'\t\t\t"{key}" => {value}' for key, value in one.items()] + ["\t\t}", "\t}"]
        lines.append("}")
    properties = ["runatload"] if plist.get("RunAtLoad") else []
    properties += ["inferred program", "managed LWCR", "has LWCR"]
    lines += ["spawn type = daemon (3)", f"properties = {' | '.join(properties)}"]
    body = "".join(f"\t{line}\n" if line else "\n" for line in lines)
    return f"system/{label} = {{\n{body}}}\n"


if __name__ == "__main__":
    assert FOLDER.is_dir()
    run(sys.argv[1])
