/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * privsan - is this a sanitizer build?
 *
 * Sanitizers read /proc, trace themselves and use system calls that no
 * filter of ours allows; priv leaves those locks open in such a build and
 * says so.  For priv*.c and its test only; one constant, nothing else.
 */
#ifndef ZFW_DAEMON_PRIVSAN_H
#define ZFW_DAEMON_PRIVSAN_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PRIV_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define PRIV_SANITIZER 1
#endif
#endif
#ifndef PRIV_SANITIZER
#define PRIV_SANITIZER 0
#endif

#endif
