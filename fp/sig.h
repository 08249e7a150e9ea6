/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sig - stage 3 of 8: traits of a SYN -> canonical signature
 *
 * The signature is p0f 3's raw_sig, byte for byte (docs/SIGNATURES.md lists
 * where we differ and why).  Its key is a stable hash of the *generalised*
 * form (TTL distance left out), which is what the store counts.  Pure; cannot
 * fail.
 */
#ifndef ZFW_FP_SIG_H
#define ZFW_FP_SIG_H

#include "fp/traits.h"

#define SIG_STRLEN 224 /* longest signature, with NUL */

struct sig {
	char text[SIG_STRLEN];
	uint64_t key; /* of the generalised form; 0 = none */
	uint8_t ittl; /* initial TTL, guessed: 32, 64, 128, 255 */
	uint8_t dist; /* hops */
};

/* `t` must be of a SYN (or SYN+ACK). */
void sig_make(const struct traits *t, struct sig *out);

/*
 * The same for a SYN+ACK whose SYN had that MSS (0: none or not known): some
 * stacks answer with a window that is a multiple of it.
 */
void sig_make_reply(const struct traits *t, uint16_t peer_mss, struct sig *out);

/* What a stack counts its window in. */
enum sig_unit { SIG_PLAIN, SIG_MSS, SIG_MTU };

/*
 * Many stacks offer a window of a whole number `*n` of segments, of their own
 * size, of a plain Ethernet's, or of the peer's; some count whole packets.
 * SIG_PLAIN: none of these, and `*n` is the window.
 */
enum sig_unit
sig_window(const struct traits *t, uint16_t peer_mss, unsigned *n);

/* The initial TTL that `ttl` most likely comes from: 32, 64, 128, 255. */
uint8_t sig_initial_ttl(uint8_t ttl);

/* The quirk list as p0f prints it, "" when empty; used by sig_make. */
const char *sig_quirks(uint32_t quirks, char buf[SIG_STRLEN]);

#endif
