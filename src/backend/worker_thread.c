// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/worker_thread.h"

#include <signal.h>

bool worker_thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
    // A thread begins with the mask of whoever creates it.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (thread == NULL)
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t created;
    bool ok = pthread_create(thread != NULL ? thread : &created, &attributes, run, arg) == 0;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}
