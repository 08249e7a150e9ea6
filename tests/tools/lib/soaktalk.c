/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/soaktalk.h"

#include <stdio.h>

#include "tests/tools/lib/stackmix.h"

/*
 * $h its HELO, $n its name in the log, $p the process, $q the queue id, $u
 * somebody (the same in a step and the one behind it), $x text of a message.
 */
#define CONNECTED \
	{ SAY_CLIENT_ACK, 40, "" }, \
	{ \
		SAY_LOG, 1, "smtpd[$p]: connect from $n" \
	}
#define GREETING \
	{ \
		SAY_SERVER, 5, "220 mx.example.com ESMTP Postfix\r\n" \
	}
#define EHLO \
	{ SAY_CLIENT, 60, "EHLO $h\r\n" }, \
	{ \
		SAY_SERVER, 4, \
		    "250-mx.example.com\r\n250-PIPELINING\r\n" \
		    "250-SIZE 10240000\r\n250 8BITMIME\r\n" \
	}
#define MAIL \
	{ SAY_CLIENT, 60, "MAIL FROM:<info@$h>\r\n" }, \
	{ \
		SAY_SERVER, 4, "250 2.1.0 Ok\r\n" \
	}
#define NOBODY \
	{ SAY_CLIENT, 80, "RCPT TO:<$u@example.com>\r\n" }, \
	    { SAY_SERVER, 5, \
		    "550 5.1.1 <$u@example.com>: Recipient address " \
		    "rejected: User unknown in local recipient table\r\n" }, \
	{ \
		SAY_LOG, 1, \
		    "smtpd[$p]: NOQUEUE: reject: RCPT from $n: 550 5.1.1 " \
		    "<$u@example.com>: Recipient address rejected: User " \
		    "unknown in local recipient table; from=<info@$h> " \
		    "to=<$u@example.com> proto=ESMTP helo=<$h>" \
	}
#define DELIVER(rcpt) \
	{ SAY_CLIENT, 60, "RCPT TO:<" rcpt "@example.com>\r\n" }, \
	    { SAY_LOG, 4, "smtpd[$p]: $q: client=$n" }, \
	    { SAY_SERVER, 1, "250 2.1.5 Ok\r\n" }, \
	    { SAY_CLIENT, 60, "DATA\r\n" }, \
	    { SAY_SERVER, 4, "354 End data with <CR><LF>.<CR><LF>\r\n" }, \
	    { SAY_CLIENT, 90, "$x" }, { SAY_CLIENT, 4, ".\r\n" }, \
	    { SAY_LOG, 20, \
		    "qmgr[999]: $q: from=<info@$h>, size=2500, nrcpt=1 " \
		    "(queue active)" }, \
	{ \
		SAY_SERVER, 4, "250 2.0.0 Ok: queued as $q\r\n" \
	}
#define QUIT \
	{ SAY_CLIENT, 60, "QUIT\r\n" }, \
	    { SAY_SERVER, 4, "221 2.0.0 Bye\r\n" }, { SAY_SERVER_FIN, 1, "" }, \
	    { SAY_CLIENT_FIN, 40, "" }, { SAY_SERVER_ACK, 4, "" }, \
	    { SAY_LOG, 1, "smtpd[$p]: disconnect from $n" }, \
	{ \
		SAY_END, 0, "" \
	}
#define HANG_UP \
	{ SAY_CLIENT_RST, 1500, "" }, \
	    { SAY_LOG, 1, "smtpd[$p]: lost connection after RCPT from $n" }, \
	    { SAY_LOG, 1, "smtpd[$p]: disconnect from $n" }, \
	{ \
		SAY_END, 0, "" \
	}

static const struct soak_step server[] = { CONNECTED, GREETING, EHLO, MAIL,
	DELIVER("alice"), QUIT };
static const struct soak_step harvester[] = { CONNECTED, GREETING, EHLO, MAIL,
	NOBODY, NOBODY, NOBODY, HANG_UP };
static const struct soak_step slammer[] = { CONNECTED,
	{ SAY_CLIENT, 1, "EHLO $h\r\n" }, GREETING,
	{ SAY_SERVER, 4, "250 mx.example.com\r\n" }, MAIL, NOBODY,
	DELIVER("bob"), HANG_UP };
static const struct soak_step spammer[] = { CONNECTED, GREETING, EHLO, MAIL,
	NOBODY, DELIVER("carol"), DELIVER("trap"), QUIT };
static const struct soak_step cut[] = {
	{ SAY_LOG, 1, "smtpd[$p]: lost connection after RCPT from $n" },
	{ SAY_LOG, 1, "smtpd[$p]: disconnect from $n" }, { SAY_END, 0, "" }
};
static const char *const to_front[] = { "EHLO pc.lan\r\n",
	"MAIL FROM:<info@example.org>\r\n", "RCPT TO:<bob@example.com>\r\n",
	"QUIT\r\n" };

const struct soak_step *
soaktalk_steps(enum soak_kind kind)
{
	static const struct soak_step *const all[] = { server, harvester,
		slammer, spammer };

	return all[kind];
}

const char *
soaktalk_to_front(unsigned line)
{
	return line < sizeof(to_front) / sizeof(to_front[0]) ? to_front[line] :
							       NULL;
}

const struct soak_step *
soaktalk_cut(void)
{
	return cut;
}

/* What stands for one letter, put at `at`. */
static size_t
put(char letter, unsigned step_n, const struct soak_who_is *who, char *at,
    size_t room)
{
	uint64_t bits = stackmix_bits(who->nth + (step_n - 1) / 3);
	int n;

	switch (letter) {
	case 'h':
		n = snprintf(at, room, "%s", who->helo);
		break;
	case 'n':
		n = snprintf(at, room, "%s", who->name);
		break;
	case 'p':
		n = snprintf(at, room, "%u", (unsigned)(who->nth % 30000) + 1);
		break;
	case 'q':
		n = snprintf(at, room, "%010llX",
		    (unsigned long long)(stackmix_bits(who->nth) >> 24));
		break;
	case 'u':
		n = snprintf(at, room, "u%u", (unsigned)(bits % 2000));
		break;
	default:
		n = snprintf(at, room, "Subject: offer %u\r\n\r\n%.*s\r\n",
		    (unsigned)who->nth, 400,
		    "Dear friend, this is the offer of a lifetime, and it is "
		    "only good today.\r\nBuy now.\r\n");
	}
	return n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

size_t
soaktalk_text(const struct soak_step *step, unsigned step_n,
    const struct soak_who_is *who, char out[SOAKTALK_MAX])
{
	size_t n = 0;

	for (const char *p = step->text; *p != '\0' && n + 1 < SOAKTALK_MAX;
	     p++) {
		if (*p == '$' && p[1] != '\0')
			n += put(*++p, step_n, who, out + n, SOAKTALK_MAX - n);
		else
			out[n++] = *p;
	}
	return n;
}
