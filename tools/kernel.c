/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "daemon/nftconf.h"
#include "tools/kernel.h"

#define LOCK_NAME "zfwd.lock" /* in run_dir, see daemon/places.h */
#define OFF_NAME  "off"       /* in state_dir */
#define LOOKS     5           /* after the removal ... */
#define LOOK_US   60000       /* ... a repair may have been on its way */

static int __attribute__((format(printf, 3, 4)))
fail(char err[KERNEL_ERRLEN], int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err, KERNEL_ERRLEN, fmt, ap);
	va_end(ap);
	return rc;
}

bool
kernel_daemon_runs(const struct config *c)
{
	char path[4096];
	int fd;
	bool runs;

	(void)snprintf(path, sizeof(path), "%s/%s", c->run_dir, LOCK_NAME);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	runs = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return runs;
}

static struct nft *
open_nft(const struct config *c, char err[KERNEL_ERRLEN])
{
	const struct nft_conf n = nftconf_of(c);
	struct nft *nft;

	nft = nft_open(&n);
	if (nft == NULL)
		(void)fail(err, 0, "nftables: %s", strerror(errno));
	return nft;
}

static int
nft_failed(struct nft *nft, int rc, char err[KERNEL_ERRLEN])
{
	if (rc == -EPERM)
		return fail(err, rc, "nftables: you must be root");
	return fail(err, rc, "nftables: %s", nft_error(nft));
}

static int
off_path(const struct config *c, char *buf, size_t n, char err[KERNEL_ERRLEN])
{
	if ((size_t)snprintf(buf, n, "%s/%s", c->state_dir, OFF_NAME) >= n)
		return fail(err, -ENAMETOOLONG, "%s: too long", c->state_dir);
	return 0;
}

/* A repair that began before the flag was there may still come. */
static int
remove_table(struct nft *nft, char err[KERNEL_ERRLEN])
{
	int rc = 0;

	for (int i = 0; i < LOOKS && rc >= 0; i++) {
		rc = nft_remove(nft);
		if (rc == 0)
			(void)usleep(LOOK_US);
	}
	if (rc == 0)
		rc = nft_present(nft);
	if (rc == 1)
		return fail(err, -EBUSY, "the table comes back");
	return rc == 0 ? 0 : nft_failed(nft, rc, err);
}

int
kernel_off(const struct config *c, char err[KERNEL_ERRLEN])
{
	char path[4096];
	struct nft *nft;
	int fd, rc = off_path(c, path, sizeof(path), err);

	if (rc != 0)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return fail(err, -errno, "%s: %s", path, strerror(errno));
	close(fd);
	nft = open_nft(c, err);
	if (nft == NULL)
		return -EIO;
	rc = remove_table(nft, err);
	nft_close(nft);
	return rc;
}

int
kernel_on(const struct config *c, bool *was, char err[KERNEL_ERRLEN])
{
	char path[4096];
	int rc = off_path(c, path, sizeof(path), err);

	if (rc != 0)
		return rc;
	*was = unlink(path) == 0;
	if (!*was && errno != ENOENT)
		return fail(err, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

int
kernel_table(const struct config *c, unsigned ms, char err[KERNEL_ERRLEN])
{
	struct nft *nft = open_nft(c, err);
	int rc;

	if (nft == NULL)
		return -EIO;
	for (;;) {
		rc = nft_present(nft);
		if (rc != 0 || ms < LOOK_US / 1000)
			break;
		(void)usleep(LOOK_US);
		ms -= LOOK_US / 1000;
	}
	if (rc < 0)
		rc = nft_failed(nft, rc, err);
	nft_close(nft);
	return rc;
}

/* In whichever set it is; narrow ones end by themselves: allowed comes first. */
static int
remove_blocks(struct nft *nft, const struct net_list *gone)
{
	struct nft_op ops[64];
	size_t done;
	int rc = 0;

	for (size_t i = 0; i < gone->n && rc == 0;) {
		size_t n = 0;

		for (; n < sizeof(ops) / sizeof(ops[0]) && i < gone->n; i++) {
			ops[n++] = (struct nft_op){ .kind = NFT_DEL,
				.action = NFT_DROP,
				.net = gone->v[i] };
			ops[n++] = (struct nft_op){ .kind = NFT_DEL,
				.action = NFT_REJECT,
				.net = gone->v[i] };
		}
		rc = nft_apply(nft, ops, n, &done);
	}
	return rc;
}

int
kernel_allow(const struct config *c, const struct net_list *nets,
    const struct net_list *gone, bool *there, char err[KERNEL_ERRLEN])
{
	struct nft *nft = open_nft(c, err);
	int rc;

	if (nft == NULL)
		return -EIO;
	rc = nft_present(nft);
	*there = rc == 1;
	if (rc == 1)
		rc = nft_allow_replace(nft, nets->v, nets->n);
	if (rc == 0 && *there)
		rc = remove_blocks(nft, gone);
	if (rc < 0)
		rc = nft_failed(nft, rc, err);
	nft_close(nft);
	return rc;
}
