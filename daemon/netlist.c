/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/netlist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fp/huge.h"

#define FILE_MAX_BYTES ((size_t)256 << 20)
#define LINE_MAX_BYTES 1024
#define ROOT_BITS      16
#define ROOTS          ((size_t)1 << ROOT_BITS)
#define NODES_FIRST    64
#define NODES_MAX      ((size_t)UINT32_MAX / 2)
#define NODES_A_NET    2 /* its own, and one where it parts from another */

/*
 * A path-compressed binary trie in one array: a node has the first `bits` bits
 * of its key, and its children differ in the next one.  Number 0 is none.
 * Long prefixes have a root for each beginning of ROOT_BITS bits, so that a
 * big list is a forest of small trees (of a small one, most of the roots are
 * never touched and cost no memory); short ones have one root.
 */
struct node {
	uint64_t hi, lo;
	uint32_t child[2];
	uint8_t bits;
	bool set; /* a network ends here; else only two ways part */
};

struct key {
	uint64_t hi, lo; /* an IPv4 address is the first 32 bits */
};

struct forest {          /* of one family */
	uint32_t *roots; /* of ROOTS; made with the first long prefix */
	uint32_t short_root;
};

struct netlist {
	struct node *node;
	size_t nodes_n, nodes_max; /* [0] is not used */
	struct forest v4, v6;
	size_t n;
};

/* ---- keys ---- */

static struct key
key_of(const struct addr *a)
{
	struct rd r = rd_init(a->b, sizeof(a->b));
	uint64_t hi = (uint64_t)rd_be32(&r) << 32;
	uint64_t lo;

	hi |= rd_be32(&r);
	lo = (uint64_t)rd_be32(&r) << 32;
	return (struct key){ hi, lo | rd_be32(&r) };
}

static unsigned
bit_of(const struct key *k, unsigned at)
{
	return (unsigned)(at < 64 ? k->hi >> (63 - at) : k->lo >> (127 - at)) &
	    1U;
}

/* How many bits at the front are the same, `most` at most. */
static unsigned
common(const struct key *k, const struct node *n, unsigned most)
{
	uint64_t hi = k->hi ^ n->hi, lo = k->lo ^ n->lo;
	unsigned same = hi != 0 ? (unsigned)__builtin_clzll(hi) :
	    lo != 0             ? 64 + (unsigned)__builtin_clzll(lo) :
				  128;

	return same < most ? same : most;
}

/* Bits that choose the root: prefixes with fewer are the short ones. */
static unsigned
root_bits(uint8_t family)
{
	return family == 4 ? ROOT_BITS : 32;
}

/* Which root; trees that share one because of the product are no harm. */
static size_t
root_at(const struct key *k, uint8_t family)
{
	uint32_t top = (uint32_t)(k->hi >> 32);

	return (family == 4 ? top : top * 0x9e3779b1U) >> (32 - ROOT_BITS);
}

/* ---- a list ---- */

struct netlist *
netlist_new(void)
{
	return calloc(1, sizeof(struct netlist));
}

void
netlist_free(struct netlist *l)
{
	if (l == NULL)
		return;
	free(l->v4.roots);
	free(l->v6.roots);
	huge_free(l->node, l->nodes_max * sizeof(*l->node));
	free(l);
}

static bool
reserve_roots(struct forest *f)
{
	if (f->roots == NULL)
		f->roots = calloc(ROOTS, sizeof(*f->roots));
	return f->roots != NULL;
}

/* Room for so many more networks, so that put() cannot fail. */
static bool
reserve(struct netlist *l, size_t nets)
{
	size_t want, max = l->nodes_max;
	struct node *node;

	if (!reserve_roots(&l->v4) || !reserve_roots(&l->v6) ||
	    nets > NODES_MAX / NODES_A_NET - l->n)
		return false;
	want = 1 + l->nodes_n + nets * NODES_A_NET;
	if (want <= max)
		return true;
	max = max == 0 ? NODES_FIRST : max + max / 2;
	if (max < want)
		max = want;
	node = huge_new(max * sizeof(*node));
	if (node == NULL)
		return false;
	if (l->node != NULL)
		memcpy(node, l->node, (1 + l->nodes_n) * sizeof(*node));
	huge_free(l->node, l->nodes_max * sizeof(*node));
	l->node = node;
	l->nodes_max = max;
	return true;
}

static uint32_t
new_node(struct netlist *l, const struct key *k, unsigned bits, bool set)
{
	l->nodes_n++;
	l->node[l->nodes_n] = (struct node){ .hi = k->hi,
		.lo = k->lo,
		.bits = (uint8_t)bits,
		.set = set };
	return (uint32_t)l->nodes_n;
}

/* Where the root of a prefix is kept. */
static uint32_t *
root_of(struct netlist *l, const struct key *k, const struct net *n)
{
	struct forest *f = n->a.family == 4 ? &l->v4 : &l->v6;

	return n->bits < root_bits(n->a.family) ?
	    &f->short_root :
	    &f->roots[root_at(k, n->a.family)];
}

/* There is room: reserve(). */
static void
put(struct netlist *l, const struct net *net)
{
	struct key k = key_of(&net->a);
	uint32_t *at = root_of(l, &k, net), old = *at, up;
	unsigned same = 0;

	while (old != 0) {
		const struct node *n = &l->node[old];

		same = common(&k, n, n->bits < net->bits ? n->bits : net->bits);
		if (same < n->bits || n->bits == net->bits)
			break;
		at = &l->node[old].child[bit_of(&k, n->bits)];
		old = *at;
	}
	if (old != 0 && same == net->bits && l->node[old].bits == net->bits) {
		l->n += !l->node[old].set;
		l->node[old].set = true;
		return;
	}
	l->n++;
	up = new_node(l, &k, net->bits, true);
	if (old == 0) {
		*at = up;
		return;
	}
	/* `old` goes below the new one, or both below one where they part. */
	if (same < net->bits) {
		uint32_t leaf = up;

		up = new_node(l, &k, same, false);
		l->node[up].child[bit_of(&k, same)] = leaf;
	}
	*at = up;
	l->node[up]
	    .child[bit_of(&(struct key){ l->node[old].hi, l->node[old].lo },
		same)] = old;
}

int
netlist_add(struct netlist *l, const struct net *n, struct str label)
{
	(void)label;
	if (!reserve(l, 1))
		return -ENOMEM;
	put(l, n);
	return 0;
}

/* Bits of the longest match below a root, -1 = none. */
static int
longest(const struct netlist *l, uint32_t at, const struct key *k, unsigned max)
{
	int best = -1;

	while (at != 0) {
		const struct node *n = &l->node[at];

		if (common(k, n, n->bits) < n->bits)
			break;
		if (n->set)
			best = n->bits;
		if (n->bits == max)
			break;
		at = n->child[bit_of(k, n->bits)];
	}
	return best;
}

bool
netlist_has(const struct netlist *l, const struct addr *a, struct net *which)
{
	const struct forest *f;
	unsigned max = a->family == 4 ? 32 : 128;
	struct key k;
	int bits = -1;

	if (l == NULL || l->n == 0 || (a->family != 4 && a->family != 6))
		return false;
	f = a->family == 4 ? &l->v4 : &l->v6;
	k = key_of(a);
	if (f->roots != NULL)
		bits = longest(l, f->roots[root_at(&k, a->family)], &k, max);
	if (bits < 0)
		bits = longest(l, f->short_root, &k, max);
	if (bits >= 0 && which != NULL)
		*which = net_of(a, (unsigned)bits);
	return bits >= 0;
}

size_t
netlist_n(const struct netlist *l)
{
	return l == NULL ? 0 : l->n;
}

struct each {
	const struct netlist *l;
	uint8_t family;
	void (*fn)(void *arg, const struct net *n);
	void *arg;
};

static void
put_be64(uint8_t to[8], uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* As deep as an address has bits, at most. */
static void
each_below(const struct each *e, uint32_t at)
{
	const struct node *n = &e->l->node[at];
	struct net net = { .a.family = e->family, .bits = n->bits };

	if (at == 0)
		return;
	put_be64(net.a.b, n->hi);
	put_be64(net.a.b + 8, n->lo);
	net.a = addr_mask(&net.a, n->bits);
	if (n->set)
		e->fn(e->arg, &net);
	each_below(e, n->child[0]);
	each_below(e, n->child[1]);
}

void
netlist_each(const struct netlist *l,
    void (*fn)(void *arg, const struct net *n), void *arg)
{
	for (unsigned v6 = 0; l != NULL && l->n > 0 && v6 <= 1; v6++) {
		const struct forest *f = v6 ? &l->v6 : &l->v4;
		const struct each e = { l, v6 ? 6 : 4, fn, arg };

		each_below(&e, f->short_root);
		for (size_t i = 0; f->roots != NULL && i < ROOTS; i++)
			each_below(&e, f->roots[i]);
	}
}

/* ---- files ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
is_word(char c)
{
	return !is_blank(c) && c != '#' && c != ';';
}

/* What is wrong with the line; NULL: nothing.  *has: a network is there. */
static const char *
read_line(struct str line, struct net *net, bool *has)
{
	struct str word = str_from(line, str_span(line, is_blank));

	*has = false;
	if (line.n > LINE_MAX_BYTES)
		return "the line is too long";
	for (size_t i = 0; i < line.n; i++)
		if (((unsigned char)line.p[i] < ' ' && !is_blank(line.p[i])) ||
		    line.p[i] == 0x7f)
			return "a control character in the line";
	word.n = str_span(word, is_word);
	if (word.n == 0)
		return NULL;
	if (!net_parse(word, net))
		return "not a network or address (host bits must be zero)";
	*has = true;
	return NULL;
}

/* Cuts the next line off `text`; false when there is none. */
static bool
next_line(struct str *text, struct str *line)
{
	const char *end;

	if (text->n == 0)
		return false;
	end = memchr(text->p, '\n', text->n);
	*line = (struct str){ text->p,
		end == NULL ? text->n : (size_t)(end - text->p) };
	*text = str_from(*text, line->n + (end != NULL));
	return true;
}

/* How many networks there are; -1 with a sentence in `err`. */
static long
count_nets(const char *path, struct str text, char err[NETLIST_ERRLEN])
{
	unsigned long number = 0;
	struct str line;
	struct net net;
	long n = 0;
	bool has;

	while (next_line(&text, &line)) {
		const char *what = read_line(line, &net, &has);

		number++;
		if (what != NULL) {
			(void)snprintf(err, NETLIST_ERRLEN, "%.255s:%lu: %s",
			    path, number, what);
			return -1;
		}
		n += has;
	}
	return n;
}

int
netlist_parse(struct netlist *l, const char *path, struct str text,
    char err[NETLIST_ERRLEN])
{
	long n = count_nets(path, text, err);
	struct str line;
	struct net net;
	bool has;

	if (n < 0)
		return -1;
	if (!reserve(l, (size_t)n)) {
		(void)snprintf(err, NETLIST_ERRLEN, "%.255s: not enough memory",
		    path);
		return -1;
	}
	while (next_line(&text, &line))
		if (read_line(line, &net, &has) == NULL && has)
			put(l, &net);
	return 0;
}

/* The whole file; 0 or -errno.  *text is the caller's. */
static int
slurp(int fd, char **text, size_t *n)
{
	struct stat st;
	ssize_t got = 1;
	size_t max;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL; /* a pipe could keep us waiting */
	if ((uint64_t)st.st_size > FILE_MAX_BYTES)
		return -EFBIG;
	max = (size_t)st.st_size;
	*text = malloc(max + 1);
	if (*text == NULL)
		return -ENOMEM;
	while (*n < max && (got = read(fd, *text + *n, max - *n)) > 0)
		*n += (size_t)got;
	return got < 0 ? -errno : 0;
}

int
netlist_read(struct netlist *l, const char *path, char err[NETLIST_ERRLEN])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *text = NULL;
	size_t n = 0;
	int rc = fd < 0 ? -errno : slurp(fd, &text, &n);

	if (fd >= 0)
		close(fd);
	if (rc != 0)
		(void)snprintf(err, NETLIST_ERRLEN, "%.255s: %s", path,
		    strerror(-rc));
	else
		rc = netlist_parse(l, path, (struct str){ text, n }, err);
	free(text);
	return rc == 0 ? 0 : -1;
}
