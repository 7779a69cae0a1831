// SPDX-License-Identifier: GPL-2.0-or-later
// Starts the threads of this folder: none of them takes signals, which are the UI's business.
#ifndef VMTUI_BACKEND_WORKER_THREAD_H
#define VMTUI_BACKEND_WORKER_THREAD_H

#include <pthread.h>
#include <stdbool.h>

// With thread NULL it is detached. False when no thread could be had.
bool worker_thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif
