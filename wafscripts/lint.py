# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""What reads the code without running it"""

import concurrent.futures
import json
import os
import subprocess

from waflib import Logs

FOLDERS = ["dsp", "plugin", "train", "tests"]


def compile_commands(bld):
    """Return the entries of compile_commands.json, one per source file"""
    entries = {}
    for group in bld.groups:
        for generator in group:
            generator.post()
            for task in getattr(generator, "compiled_tasks", []):
                commands = []
                task.exec_command = lambda cmd, c=commands, **_: c.append(cmd)
                task.run()
                source = task.inputs[0].abspath()
                # The first is the plainest: that without an instruction set
                entries.setdefault(
                    source,
                    {
                        "directory": bld.variant_dir,
                        "arguments": commands[0],
                        "file": source,
                    },
                )
    return sorted(entries.values(), key=lambda entry: entry["file"])


def check_python(path):
    """Compile a Python file; return what is wrong with it, or None"""
    with open(path, encoding="utf-8") as file:
        try:
            compile(file.read(), path, "exec")
        except SyntaxError as error:
            return str(error)
    return None


def tools(bld, database):
    """Yield (name, command) for everything there is to run"""
    build = bld.bldnode.abspath()
    patterns = ["%s/**/*.%s" % (f, e) for f in FOLDERS for e in "ch"]
    files = [n.path_from(bld.path) for n in bld.path.ant_glob(patterns)]
    if files:
        yield "clang-format", ["clang-format", "--dry-run", "-Werror"] + files
        yield "cppcheck", [
            "cppcheck",
            "--quiet",
            "--std=c11",
            "--enable=warning,performance,portability",
            "--inline-suppr",
            "--suppress=missingIncludeSystem",
            "--error-exitcode=1",
            "-I.",
            "-D__x86_64__=1",  # It knows no processor by itself
            "-D__SSE2__=1",
            "-DRCV_ISA=generic",
        ] + [f for f in files if f.endswith(".c")]
    for entry in database:
        name = os.path.relpath(entry["file"], bld.path.abspath())
        yield "clang-tidy " + name, [
            "clang-tidy",
            "--quiet",
            "--warnings-as-errors=*",
            "-p",
            build,
            name,
        ]
    for node in bld.path.ant_glob("**/*.sh .ci/run", excl="build*/**"):
        name = node.path_from(bld.path)
        yield "bash -n " + name, ["bash", "-n", name]


def run(bld):
    """Run all linters; fail at the end if any had something to say"""
    database = compile_commands(bld)
    bld.bldnode.make_node("compile_commands.json").write(
        json.dumps(database, indent=2)
    )

    failures = []
    for node in bld.path.ant_glob("**/*.py wscript waf", excl="build*/**"):
        problem = check_python(node.abspath())
        if problem:
            print(problem)
            failures += ["python " + node.path_from(bld.path)]

    def run_tool(tool):
        name, command = tool
        process = subprocess.run(
            command, cwd=bld.path.abspath(), capture_output=True, text=True
        )
        return name, process

    with concurrent.futures.ThreadPoolExecutor(bld.jobs) as pool:
        for name, process in pool.map(run_tool, tools(bld, database)):
            if process.returncode:
                print(process.stdout + process.stderr)
                failures += [name]
            else:
                Logs.info("ok %s", name)

    for name in failures:
        print("failed: " + name)
    if failures:
        bld.fatal("Lint found something")
