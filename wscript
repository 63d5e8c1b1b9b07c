# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""The build: what is made from which files, and with which flags.

Sources are found by pattern, so a new file needs no word here.
"""

import os

from waflib import Build, Configure

from wafscripts import bundle, check, fuzz, lint

APPNAME = "recurve"
VERSION = "0.1.0"
top = "."
out = "build"

# Configure by itself when that was not done yet or when this file has changed,
# with the options of the last time
Configure.autoconfig = "clobber"

# Name, processor (None: any) and flags of every instruction set.  The sources
# in ISA_SOURCES are compiled once for each; which one runs is chosen at load.
INSTRUCTION_SETS = [
    ("generic", None, []),
    ("avx2", "x86_64", ["-mavx2", "-mfma", "-mf16c"]),
    (
        "avx512",
        "x86_64",
        ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx512cd"]
        + ["-mfma", "-mprefer-vector-width=512"],
    ),
    (
        "avx512vl",
        "x86_64",
        ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx512cd"]
        + ["-mfma", "-mprefer-vector-width=256", "-DRCV_HALF_VECTORS=1"],
    ),
]

# Training's once more with a backward pass in bfloat16
ISA_BF16_BACKWARD = [
    ("avx512bf16", cpu, flags + ["-mavx512bf16", "-DRCV_BF16_BACKWARD=1"])
    for name, cpu, flags in INSTRUCTION_SETS
    if name == "avx512"
]

# Compiled once per instruction set: the kernels, and training
ISA_SOURCES = ["dsp/kernels/*_body.c", "train/bptt/*.c"]

# Half vectors are for one voice of few units; sequences always fill whole ones
ISA_PLAYED_ONLY = ("avx512vl",)

# The kernels once more with the faster, less exact activations; not for old
# processors of the kind that has other instruction sets
ISA_FAST = [
    (name + "_fast", cpu or "aarch64", flags + ["-DRCV_FAST_ACTIVATIONS=1"])
    for name, cpu, flags in INSTRUCTION_SETS
]

WARNINGS = (
    "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion "
    "-Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wcast-align -Wundef "
    "-Wvla -Wwrite-strings -Wformat=2 -Wnull-dereference"
).split()

# For dsp/model/, train/ and tests/; the second is for realpath() and M_PI, the
# third for madvise()
POSIX = ["_POSIX_C_SOURCE=200809L", "_XOPEN_SOURCE=700", "_DEFAULT_SOURCE=1"]

LIBRARIES = [
    ("lv2", "lv2 >= 1.18.0"),
    ("lilv", "lilv-0 >= 0.24.0"),
    ("sndfile", "sndfile >= 1.0.31"),
    ("fftw", "fftw3f >= 3.3"),
    ("jansson", "jansson >= 2.13"),
    ("openblas", "openblas >= 0.3.13"),
    ("soxr", "soxr >= 0.1.3"),
]


def options(opt):
    opt.load("compiler_c")
    group = opt.add_option_group("Recurve options")
    group.add_option(
        "--lv2dir",
        help="folder that `install` puts the LV2 bundle in [PREFIX/lib/lv2]",
    )
    group.add_option(
        "--debug", action="store_true", help="for a debugger: -Og -g, assertions"
    )
    group.add_option(
        "--sanitize", metavar="LIST", help="address,undefined or thread or ..."
    )
    group.add_option(
        "--strict", action="store_true", help="treat warnings as errors"
    )
    group.add_option(
        "--only",
        metavar="PATTERNS",
        help="check, bench: only what matches one of the comma separated "
        "patterns and none that begins with `!`",
    )
    group.add_option(
        "--seconds", metavar="N", help="fuzz: so long, all fuzzers together [60]"
    )


def configure(conf):
    # Kept for when waf configures again by itself
    conf.options.cc = conf.environ.get("CC") or getattr(conf.options, "cc", "")
    if conf.options.cc:
        conf.environ["CC"] = conf.options.cc
    conf.load("compiler_c")

    flags = ["-std=c11", "-fPIC", "-fvisibility=hidden", "-fno-math-errno"]
    flags += WARNINGS
    if conf.options.strict:
        flags += ["-Werror"]
    if conf.options.debug:
        flags += ["-Og", "-g"]
    elif conf.options.sanitize:
        flags += ["-O1", "-g"]
    else:
        flags += ["-O3"]
        conf.env.append_value("DEFINES", ["NDEBUG"])
    if conf.options.sanitize:
        sanitize = "-fsanitize=" + conf.options.sanitize
        flags += [sanitize, "-fno-omit-frame-pointer"]
        flags += ["-fno-sanitize-recover=all"]
        conf.env.append_value("LINKFLAGS", [sanitize])
        conf.env.SANITIZE = conf.options.sanitize
        conf.env.append_value("DEFINES", ["RCV_SANITIZED", "RCV_FEW_KERNEL_SIZES=1"])
    conf.env.CFLAGS = flags + conf.env.CFLAGS  # The user's own come last

    conf.check_cc(lib="m", uselib_store="M")
    conf.check_cc(cflags="-pthread", linkflags="-pthread", uselib_store="PTHREAD")
    for name, package in LIBRARIES:
        conf.check_cfg(
            package=package.split()[0],
            args=["--cflags", "--libs", package],
            uselib_store=name.upper(),
            msg="Checking for " + package,
        )
    conf.check_cfg(
        package="cmocka",
        args=["--cflags", "--libs"],
        uselib_store="CMOCKA",
        mandatory=False,  # For the tests only
    )

    conf.env.append_value("DEFINES", ['RCV_VERSION="%s"' % VERSION])
    if conf.env.DEST_CPU == "x86_64":
        conf.env.append_value("DEFINES", ["RCV_HAVE_X86_TABLES=1"])
    conf.env.LV2DIR = conf.options.lv2dir or os.environ.get("LV2DIR", "")


def _objects_per_isa(bld, pattern, instruction_sets, **kw):
    """Compile the sources once per instruction set; return the objects' names"""
    sources = bld.path.ant_glob(pattern)
    names = []
    for isa, cpu, flags in instruction_sets:
        if not sources or cpu not in (None, bld.env.DEST_CPU):
            continue
        names += ["%s.%s" % (os.path.dirname(pattern).replace("/", "_"), isa)]
        bld.objects(
            source=sources,
            target=names[-1],
            includes=".",
            defines=["RCV_ISA=" + isa] + kw.get("defines", []),
            cflags=flags + ["-ffp-contract=fast"],
        )
    return names


def _static_library(bld, **kw):
    """Build a static library; unlike waf's own, it may be empty for a while"""
    bld(features="c cstlib", **kw)


def _build_libraries(bld):
    """Build the static libraries that the programs and the plugin share"""
    played = INSTRUCTION_SETS + ([] if bld.env.SANITIZE else ISA_FAST)
    trained = [isa for isa in INSTRUCTION_SETS if isa[0] not in ISA_PLAYED_ONLY]
    trained += ISA_BF16_BACKWARD

    # Without contraction, so that a cell's result is the same everywhere
    _static_library(
        bld,
        source=bld.path.ant_glob("dsp/*.c dsp/kernels/*.c", excl="**/*_body.c"),
        target="rcv_dsp",
        includes=".",
        cflags=["-ffp-contract=off"],
        use=_objects_per_isa(bld, ISA_SOURCES[0], played) + ["M"],
    )
    # The readable cells in double precision: what kernels are measured against
    _static_library(
        bld,
        source=["dsp/rnn.c", "dsp/lstm.c", "dsp/gru.c", "dsp/dense.c"],
        target="rcv_exact_cells",
        includes=".",
        defines=["RCV_DOUBLE=1"],
        cflags=["-ffp-contract=off"],
        use=["M"],
    )
    _static_library(
        bld,
        source=bld.path.ant_glob("dsp/model/*.c"),
        target="rcv_model",
        includes=".",
        defines=POSIX,
        use=["JANSSON"],
    )
    _static_library(
        bld,
        source=bld.path.ant_glob("train/*/*.c", excl="train/bptt/*.c"),
        target="rcv_train",
        includes=".",
        defines=POSIX,
        use=_objects_per_isa(bld, ISA_SOURCES[1], trained, defines=POSIX)
        + ["SNDFILE", "SOXR", "LILV", "LV2", "FFTW", "JANSSON", "OPENBLAS", "PTHREAD"]
        + ["M"],
    )


def _build_bundle(bld):
    """Build recurve.lv2, which can be used where it is with LV2_PATH=build"""
    bld.objects(
        source=bld.path.ant_glob("plugin/*.c"),
        target="plugin_objects",
        includes=".",
        use=["LV2"],
    )
    linkflags = ["-Wl,--exclude-libs,ALL", "-Wl,-z,relro,-z,now"]
    if not bld.env.SANITIZE:  # Its runtime is in the program, not in the plugin
        linkflags += ["-Wl,--no-undefined"]
    shared = bld(
        features="c cshlib",
        target="recurve.lv2/recurve",
        use=["plugin_objects", "rcv_model", "rcv_dsp", "JANSSON", "M"],
        linkflags=linkflags,
        install_path=os.path.join(bld.env.LV2DIR, "recurve.lv2"),
    )
    shared.env.cshlib_PATTERN = "%s.so"
    bundle.build(bld, VERSION)


def _build_tests(bld):
    """Build every test and benchmark in C into a program of its own"""
    if not bld.env.HAVE_CMOCKA and not bld.env.LIB_CMOCKA:
        bld.fatal("The tests need cmocka: install it and configure again")

    _static_library(
        bld,
        source=bld.path.ant_glob("train/bptt/*.c"),
        target="rcv_bptt_exact",
        includes=".",
        defines=POSIX + ["RCV_DOUBLE=1", "RCV_ISA=exact"],
        cflags=["-ffp-contract=off"],
        use=["M"],
    )
    _static_library(bld, source=[], target="rcv_plugin", use=["plugin_objects"])
    _static_library(
        bld,
        source=bld.path.ant_glob("tests/support/*.c"),
        target="rcv_test_support",
        includes=".",
        defines=POSIX,
        use=["CMOCKA", "LILV", "LV2"],
    )
    for source in check.test_sources(bld) + check.benchmark_sources(bld):
        bld.program(
            source=source,
            target=os.path.splitext(source)[0],
            includes=".",
            defines=POSIX,
            install_path=None,
            # Users before what they use: the linker reads once, left to right
            use="rcv_test_support rcv_plugin rcv_bptt_exact rcv_train rcv_model "
            "rcv_exact_cells rcv_dsp CMOCKA SNDFILE SOXR LILV LV2 FFTW JANSSON OPENBLAS "
            "PTHREAD M",
        )


def _build_fuzzers(bld):
    """Build every tests/fuzz/fuzz_*.c, and nothing that it does not need"""
    if "fuzzer-no-link" not in (bld.env.SANITIZE or ""):
        bld.fatal(
            "Fuzzing needs CC=clang and ./waf -o build-fuzz configure "
            "--sanitize=fuzzer-no-link,address,undefined"
        )
    targets = fuzz.names(bld)
    for name in targets:
        bld.program(
            source="tests/fuzz/%s.c" % name,
            target="tests/fuzz/" + name,
            name=name,
            includes=".",
            defines=POSIX,
            linkflags=["-fsanitize=fuzzer"],
            install_path=None,
            use="rcv_model rcv_dsp JANSSON M",
        )
    bld.targets = ",".join(targets)


def build(bld):
    # PREFIX and LV2DIR may still be chosen when installing
    if os.environ.get("PREFIX"):
        bld.env.PREFIX = os.environ["PREFIX"]
        bld.env.BINDIR = os.path.join(bld.env.PREFIX, "bin")
    bld.env.LV2DIR = (
        os.environ.get("LV2DIR")
        or bld.env.LV2DIR
        or os.path.join(bld.env.PREFIX, "lib", "lv2")
    )

    _build_libraries(bld)
    if bld.path.ant_glob("plugin/*.c"):
        _build_bundle(bld)
    if bld.path.find_node("train/main.c"):
        bld.program(
            source="train/main.c",
            target="recurve",
            includes=".",
            defines=POSIX,
            install_path="${BINDIR}",
            use="rcv_train rcv_model rcv_exact_cells rcv_dsp SNDFILE SOXR LILV LV2 FFTW JANSSON "
            "OPENBLAS PTHREAD M",
        )
    if bld.path.find_node("docs/recurve.1"):
        bld.install_files("${PREFIX}/share/man/man1", "docs/recurve.1")
    if bld.cmd in ("check", "lint", "bench"):
        _build_tests(bld)
    if bld.cmd == "fuzz":
        _build_fuzzers(bld)

    after = {
        "check": check.run_tests,
        "bench": check.run_benchmarks,
        "demo": check.run_demo,
        "fuzz": fuzz.run,
    }
    if bld.cmd in after:
        bld.add_post_fun(after[bld.cmd])


class CheckContext(Build.BuildContext):
    """builds and runs the tests (--only=PATTERNS: some of them)"""

    cmd = "check"


class FuzzContext(Build.BuildContext):
    """builds and runs the fuzzers (--seconds=N)"""

    cmd = "fuzz"


class BenchContext(Build.BuildContext):
    """builds all of tests/bench, and runs bench_*.sh of it"""

    cmd = "bench"


class DemoContext(Build.BuildContext):
    """captures a real device, trains, plays the model, and shows the report"""

    cmd = "demo"


class LintContext(Build.BuildContext):
    """checks format and code with clang-format, clang-tidy and cppcheck"""

    cmd = "lint"

    def compile(self):
        lint.run(self)
