/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kcguard - outlive an exception inside Kyoto Cabinet
 *
 * Kyoto Cabinet is C++: where a damaged file claims a record of petabytes it
 * throws std::bad_alloc, which C cannot catch, and the process aborts - at
 * the same record after every restart.  kcguard() calls `fn` and is true
 * when it came back.  If not, the handler of SIGABRT has left it by
 * siglongjmp(): the library's locks are still held, and that database must
 * never be touched again, not even closed.  An abort() outside of such a call
 * ends the process as ever.
 *
 * The handler needs a variable that it can see: one per thread, set during a
 * call only.  kcguard_init() is called before the first; it changes the
 * action of SIGABRT for the whole process.
 */
#ifndef ZFW_DB_KCGUARD_H
#define ZFW_DB_KCGUARD_H

#include <stdbool.h>

void kcguard_init(void);
bool kcguard(void (*fn)(void *arg), void *arg);

#endif
