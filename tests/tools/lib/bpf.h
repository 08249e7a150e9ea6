/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bpf - tests only: small BPF programs put together by hand
 *
 * A program is an array of instructions made by the functions below; jumps
 * go to labels (0..BPFASM_LABELS-1) that are set where they belong.
 * bpf_load() resolves them and gives it to the kernel as an XDP program, by
 * the plain bpf(2) system call.  Descriptors are the caller's; failures are
 * -errno, and what the verifier said goes to stderr.
 */
#ifndef ZFW_TESTS_TOOLS_BPF_H
#define ZFW_TESTS_TOOLS_BPF_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#define BPFASM_MAX    128
#define BPFASM_LABELS 4

struct bpfasm {
	struct bpf_insn i[BPFASM_MAX];
	size_t n;
	int8_t jump[BPFASM_MAX]; /* label + 1 of a jump */
	size_t label[BPFASM_LABELS];
};

/* OP is one of BPF_ADD, BPF_AND, ...; 32 bits of a register, rest cleared. */
void bpf_alu(struct bpfasm *p, int op, int dst, int32_t imm);
void bpf_alu_reg(struct bpfasm *p, int op, int dst, int src);
void bpf_mov64(struct bpfasm *p, int dst, int src);
void bpf_add64(struct bpfasm *p, int dst, int32_t imm);
void bpf_be(struct bpfasm *p, int dst, int bits); /* to network order */
/* SIZE is BPF_B, BPF_H, BPF_W or BPF_DW. */
void bpf_read(struct bpfasm *p, int size, int dst, int src, int off);
void bpf_write(struct bpfasm *p, int size, int dst, int off, int src);
void bpf_call(struct bpfasm *p, int helper);
void bpf_map(struct bpfasm *p, int dst, int map_fd);
/* OP is BPF_JEQ, BPF_JNE, BPF_JGT, ... */
void bpf_jump(struct bpfasm *p, int op, int reg, int32_t imm, int label);
void bpf_jump_reg(struct bpfasm *p, int op, int reg, int src, int label);
void bpf_label(struct bpfasm *p, int label);
void bpf_exit(struct bpfasm *p); /* with r0 */
void bpf_return(struct bpfasm *p, int32_t value);

int bpf_load(struct bpfasm *p);
/* A hash of `n` keys of so many bytes, each with a byte. */
int bpf_hash_new(uint32_t key_bytes, uint32_t n);
int bpf_hash_put(int map_fd, const void *key);
/* Receives on that interface in the driver; until the result is closed. */
int bpf_attach(int prog_fd, int ifindex);
/*
 * Runs the program `times` times on copies of the frame that really leave
 * when it says XDP_REDIRECT.  0 or -errno.
 */
int
bpf_live_frames(int prog_fd, const void *frame, uint32_t bytes, uint32_t times);

#endif
