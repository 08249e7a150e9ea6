/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/kcguard.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

/* A signal handler gets no argument of ours. */
static _Thread_local struct {
	sigjmp_buf jump;
	volatile sig_atomic_t inside;
} guard;

static void
on_abort(int sig)
{
	(void)sig;
	if (!guard.inside)
		return; /* SA_RESETHAND: abort() goes on and ends us */
	guard.inside = 0;
	siglongjmp(guard.jump, 1);
}

void
kcguard_init(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_abort;
	sa.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
	(void)sigaction(SIGABRT, &sa, NULL);
}

bool
kcguard(void (*fn)(void *arg), void *arg)
{
	if (sigsetjmp(guard.jump, 0) != 0)
		return false;
	guard.inside = 1;
	fn(arg);
	guard.inside = 0;
	return true;
}
