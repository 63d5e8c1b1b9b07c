// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_COMMANDS_H
#define TRAIN_COMMAND_COMMANDS_H

/**
   The subcommands, one source file each (train/cmd_NAME.c).

   Each takes its own command line, argv[0] being its name, prints its results
   on stdout and everything else on stderr, and returns the exit status of the
   process: 0 done, 1 failed, 2 wrong usage.
*/
typedef int (*RcvCommand)(int argc, char** argv);

int
rcv_cmd_bench(int argc, char** argv);

int
rcv_cmd_capture(int argc, char** argv);

int
rcv_cmd_convert(int argc, char** argv);

int
rcv_cmd_eval(int argc, char** argv);

int
rcv_cmd_info(int argc, char** argv);

int
rcv_cmd_install(int argc, char** argv);

int
rcv_cmd_reach(int argc, char** argv);

int
rcv_cmd_render(int argc, char** argv);

int
rcv_cmd_signal(int argc, char** argv);

int
rcv_cmd_train(int argc, char** argv);

#endif // TRAIN_COMMAND_COMMANDS_H
