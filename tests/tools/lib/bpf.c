/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/bpf.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOG_BYTES 65536

static long
sys_bpf(int cmd, union bpf_attr *attr)
{
	long rc = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return rc < 0 ? -errno : rc;
}

static struct bpf_insn *
next(struct bpfasm *p, int code, int dst, int src)
{
	struct bpf_insn *i = &p->i[p->n < BPFASM_MAX ? p->n++ : 0];

	*i = (struct bpf_insn){ .code = (uint8_t)code };
	i->dst_reg = (unsigned)dst & 15u;
	i->src_reg = (unsigned)src & 15u;
	return i;
}

void
bpf_alu(struct bpfasm *p, int op, int dst, int32_t imm)
{
	next(p, BPF_ALU | op | BPF_K, dst, 0)->imm = imm;
}

void
bpf_alu_reg(struct bpfasm *p, int op, int dst, int src)
{
	(void)next(p, BPF_ALU | op | BPF_X, dst, src);
}

void
bpf_mov64(struct bpfasm *p, int dst, int src)
{
	(void)next(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src);
}

void
bpf_add64(struct bpfasm *p, int dst, int32_t imm)
{
	next(p, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0)->imm = imm;
}

void
bpf_be(struct bpfasm *p, int dst, int bits)
{
	next(p, BPF_ALU | BPF_END | BPF_TO_BE, dst, 0)->imm = bits;
}

void
bpf_read(struct bpfasm *p, int size, int dst, int src, int off)
{
	next(p, BPF_LDX | BPF_MEM | size, dst, src)->off = (int16_t)off;
}

void
bpf_write(struct bpfasm *p, int size, int dst, int off, int src)
{
	next(p, BPF_STX | BPF_MEM | size, dst, src)->off = (int16_t)off;
}

void
bpf_call(struct bpfasm *p, int helper)
{
	next(p, BPF_JMP | BPF_CALL, 0, 0)->imm = helper;
}

void
bpf_map(struct bpfasm *p, int dst, int map_fd)
{
	next(p, BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD)->imm =
	    map_fd;
	(void)next(p, 0, 0, 0);
}

void
bpf_jump(struct bpfasm *p, int op, int reg, int32_t imm, int label)
{
	p->jump[p->n] = (int8_t)(label + 1);
	next(p, BPF_JMP | op | BPF_K, reg, 0)->imm = imm;
}

void
bpf_jump_reg(struct bpfasm *p, int op, int reg, int src, int label)
{
	p->jump[p->n] = (int8_t)(label + 1);
	(void)next(p, BPF_JMP | op | BPF_X, reg, src);
}

void
bpf_label(struct bpfasm *p, int label)
{
	p->label[label] = p->n;
}

void
bpf_exit(struct bpfasm *p)
{
	(void)next(p, BPF_JMP | BPF_EXIT, 0, 0);
}

void
bpf_return(struct bpfasm *p, int32_t value)
{
	next(p, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0)->imm = value;
	bpf_exit(p);
}

int
bpf_load(struct bpfasm *p)
{
	static char log[LOG_BYTES];
	union bpf_attr a;
	long rc;

	for (size_t i = 0; i < p->n; i++)
		if (p->jump[i] != 0)
			p->i[i].off = (int16_t)(p->label[p->jump[i] - 1] - i -
			    1);
	memset(&a, 0, sizeof(a));
	a.prog_type = BPF_PROG_TYPE_XDP;
	a.insns = (uintptr_t)p->i;
	a.insn_cnt = (uint32_t)p->n;
	a.license = (uintptr_t) "GPL";
	a.log_buf = (uintptr_t)log;
	a.log_size = sizeof(log);
	a.log_level = 1;
	rc = sys_bpf(BPF_PROG_LOAD, &a);
	if (rc < 0)
		fputs(log, stderr);
	return (int)rc;
}

int
bpf_hash_new(uint32_t key_bytes, uint32_t n)
{
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map_type = BPF_MAP_TYPE_HASH;
	a.key_size = key_bytes;
	a.value_size = 1;
	a.max_entries = n;
	return (int)sys_bpf(BPF_MAP_CREATE, &a);
}

int
bpf_hash_put(int map_fd, const void *key)
{
	static const uint8_t one = 1;
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map_fd = (uint32_t)map_fd;
	a.key = (uintptr_t)key;
	a.value = (uintptr_t)&one;
	return (int)sys_bpf(BPF_MAP_UPDATE_ELEM, &a);
}

int
bpf_attach(int prog_fd, int ifindex)
{
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.link_create.prog_fd = (uint32_t)prog_fd;
	a.link_create.target_ifindex = (uint32_t)ifindex;
	a.link_create.attach_type = BPF_XDP;
	a.link_create.flags = XDP_FLAGS_DRV_MODE;
	return (int)sys_bpf(BPF_LINK_CREATE, &a);
}

int
bpf_live_frames(int prog_fd, const void *frame, uint32_t bytes, uint32_t times)
{
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)prog_fd;
	a.test.data_in = (uintptr_t)frame;
	a.test.data_size_in = bytes;
	a.test.repeat = times;
	a.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	return (int)sys_bpf(BPF_PROG_TEST_RUN, &a);
}
