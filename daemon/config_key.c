/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_key.h"

#include <string.h>

#define AT(field)  offsetof(struct config, field)
#define POL(field) offsetof(struct config, policy.field)
#define MIN_S      60.0
#define HOUR_S     3600.0
#define DAY_S      86400.0
#define YEARS_S    (3650 * DAY_S)

// clang-format off
const struct config_key config_key[] = {
	{ "mode", CONFIG_MODE, "shadow", 0, 0, POL(enforce), 0, 0, 0,
	  "shadow: decide and record only; enforce: block" },
	{ "interface", CONFIG_WORD, "{}", 1, 15, AT(interfaces), 16, 0, 0,
	  "where to watch; {} is the interface of the default route" },
	{ "ports", CONFIG_PORT, "{25}", 1, 65535, POL(ports),
	  POLICY_PORTS_MAX, 1, POL(ports_n), "SMTP ports" },
	{ "queue", CONFIG_QUEUE, "off", 0, 65535, AT(queue), 0, 0, 0,
	  "NFQUEUE that new connections wait in" },
	{ "log", CONFIG_LOG, "{\"/var/log/mail.log\"}", 1, 1000, AT(logs),
	  CONFIG_LIST_MAX, 0, 0, "mail logs to follow" },
	{ "log_group", CONFIG_ACCOUNT, "adm", 0, 32, AT(log_group), 0, 0, 0,
	  "group that may read them" },
	{ "signature_files", CONFIG_PATH, "{}", 1, 255, AT(signature_files),
	  CONFIG_LIST_MAX, 0, 0,
	  "stacks that this site knows; preferred to the shipped ones" },
	{ "end_user_files", CONFIG_PATH, "{}", 1, 255, AT(end_user_files),
	  CONFIG_LIST_MAX, 0, 0, "lists of networks of end users" },
	{ "pool_files", CONFIG_PATH, "{}", 1, 255, AT(pool_files),
	  CONFIG_LIST_MAX, 0, 0, "lists of networks of mail providers" },
	{ "resolver", CONFIG_SWITCH, "off", 0, 0, AT(resolver), 0, 0, 0,
	  "ask DNS for the names of clients that the log does not tell" },
	{ "resolver_servers", CONFIG_ADDR, "{}", 1, 64,
	  AT(resolver_servers), 3, 0, 0,
	  "DNS servers; {}: those of /etc/resolv.conf" },
	{ "dns_lists", CONFIG_ZONE, "{}", 1, 200, AT(dns_lists), 8, 0, 0,
	  "DNS lists to ask, and what each weighs in nats" },
	{ "state_dir", CONFIG_PATH, ZFW_STATEDIR, 1, 200, AT(state_dir), 0,
	  0, 0, "where the store lies" },
	{ "run_dir", CONFIG_PATH, ZFW_RUNDIR, 1, 90, AT(run_dir), 0, 0, 0,
	  "where the control socket lies" },
	{ "user", CONFIG_ACCOUNT, "zfw", 1, 32, AT(user), 0, 0, 0,
	  "user of the engine" },
	{ "guard_user", CONFIG_ACCOUNT, "zfw-guard", 1, 32, AT(guard_user),
	  0, 0, 0, "user of the guard" },
	{ "ctl_group", CONFIG_ACCOUNT, "", 0, 32, AT(ctl_group), 0, 0, 0,
	  "group that may use zfwctl; empty: root only" },
	{ "syslog_facility", CONFIG_FACILITY, "daemon", 1, 32,
	  AT(syslog_facility), 0, 0, 0, "of zfw's own lines" },
	{ "p0f_socket", CONFIG_PATH, "", 0, 107, AT(p0f_socket), 0, 0, 0,
	  "where programs may ask as they ask p0f; empty: nowhere" },
	{ "p0f_group", CONFIG_ACCOUNT, "", 0, 32, AT(p0f_group), 0, 0, 0,
	  "group that may; empty: that of user" },
	{ "block_probability", CONFIG_FRACTION, "0.98", 0.5, 0.9999,
	  POL(block_p), 0, 0, 0, "how sure zfw must be to block" },
	{ "certain_probability", CONFIG_FRACTION, "0.98", 0.5, 1,
	  POL(certain_p), 0, 0, 0, "how sure to start at certain_tier" },
	{ "certain_tier", CONFIG_COUNT, "4", 1, POLICY_TIERS_MAX,
	  POL(certain_tier), 0, 0, 0, "first tier of a near-certain zombie" },
	{ "tiers", CONFIG_DURATION,
	  "{\"10min\",\"1h\",\"8h\",\"3d\",\"14d\",\"60d\"}", 1, YEARS_S,
	  POL(tier_s), POLICY_TIERS_MAX, 1, POL(tiers_n),
	  "how long each tier blocks, ascending" },
	{ "jitter", CONFIG_COUNT, "10", 0, 50, POL(jitter_percent), 0, 0, 0,
	  "percent by which a block's length varies" },
	{ "clean_period", CONFIG_DURATION, "14d", MIN_S, YEARS_S,
	  POL(clean_s), 0, 0, 0, "quiet time that forgives one tier" },
	{ "lease", CONFIG_DURATION, "1d", MIN_S, DAY_S, POL(lease_s), 0, 0,
	  0, "longest timeout in the kernel" },
	{ "settle", CONFIG_DURATION, "1h", 0, 7 * DAY_S, POL(settle_s), 0,
	  0, 0, "accepted mail counts so much later" },
	{ "login_immunity", CONFIG_DURATION, "30d", 0, YEARS_S,
	  POL(login_s), 0, 0, 0, "no block after a user logged in" },
	{ "good_days", CONFIG_COUNT, "3", 1, 365, POL(good_days), 0, 0, 0,
	  "days with accepted mail that make a good server" },
	{ "good_recipients", CONFIG_COUNT, "2", 1, 1000, POL(good_rcpts), 0,
	  0, 0, "and recipients of it" },
	{ "group_networks", CONFIG_COUNT, "20", 2, 1000, POL(group_sites),
	  0, 0, 0, "a HELO from so many networks is a botnet's" },
	{ "block_rate", CONFIG_COUNT, "3000", 1, 1000000, POL(block_rate),
	  0, 0, 0, "new blocks a minute at most" },
	{ "audit", CONFIG_COUNT, "20", 0, 1000, POL(audit_permille), 0, 0, 0,
	  "per mille of zombies whose first session may go on, to learn" },
	{ "half_open_max", CONFIG_SIZE, "32768", 64, 4194304,
	  POL(half_open_max), 0, 0, 0, "half-open connections in memory" },
	{ "sessions_max", CONFIG_SIZE, "65536", 64, 4194304,
	  POL(sessions_max), 0, 0, 0, "connections in memory" },
	{ "clients_max", CONFIG_SIZE, "8192", 64, 16777216,
	  POL(clients_max), 0, 0, 0, "clients in memory; the rest on disk" },
	{ "blocks_max", CONFIG_SIZE, "1000000", 64, 16777216,
	  POL(blocks_max), 0, 0, 0, "blocks in the kernel" },
	{ "never_block", CONFIG_NET, "{}", 1, 64, AT(never_block),
	  CONFIG_LIST_MAX, 0, 0, "besides private and special ranges" },
	{ "never_block_lift", CONFIG_NET, "{}", 1, 64, AT(never_block_lift),
	  CONFIG_LIST_MAX, 0, 0, "of those ranges: may be blocked" },
	{ "allow", CONFIG_NET, "{}", 1, 64, AT(allow), CONFIG_LIST_MAX, 0, 0,
	  "good whatever they do" },
	{ "our_hosts", CONFIG_NET, "{}", 1, 64, AT(our_hosts),
	  CONFIG_LIST_MAX, 0, 0, "our MXs and relays: never judged" },
	{ "spam_traps", CONFIG_TRAP, "{}", 1, 255, AT(traps),
	  CONFIG_LIST_MAX, 0, 0, "recipients that only spammers write to" },
	{ "own_names", CONFIG_HOST, "{}", 1, 253, AT(own_names),
	  CONFIG_LIST_MAX, 0, 0, "host names and domains of ours" },
	{ "submission_names", CONFIG_WORD,
	  "{\"submission\",\"submissions\",\"smtps\"}", 1, 64,
	  AT(submission), CONFIG_LIST_MAX, 0, 0,
	  "log tags of submission services" },
	{ "patterns", CONFIG_PATTERN, "{}", 1, 1000, AT(patterns),
	  CONFIG_LIST_MAX, 0, 0,
	  "EVENT REGEX for log lines that zfw ignores" },
};

const char *const config_type_name[CONFIG_TYPES] = {
	[CONFIG_MODE] = "mode",		[CONFIG_QUEUE] = "number-or-off",
	[CONFIG_SWITCH] = "switch",	[CONFIG_ADDR] = "address",
	[CONFIG_ZONE] = "zone=nats",
	[CONFIG_COUNT] = "number",	[CONFIG_SIZE] = "number",
	[CONFIG_FRACTION] = "fraction",	[CONFIG_DURATION] = "duration",
	[CONFIG_PORT] = "port",		[CONFIG_ACCOUNT] = "account",
	[CONFIG_FACILITY] = "facility",	[CONFIG_PATH] = "path",
	[CONFIG_WORD] = "word",		[CONFIG_HOST] = "host",
	[CONFIG_TRAP] = "recipient",	[CONFIG_NET] = "network",
	[CONFIG_PATTERN] = "pattern",	[CONFIG_LOG] = "log",
};
// clang-format on

const size_t config_keys_n = sizeof(config_key) / sizeof(config_key[0]);

const struct config_key *
config_key_find(const char *name)
{
	for (size_t i = 0; i < config_keys_n; i++)
		if (strcmp(config_key[i].name, name) == 0)
			return &config_key[i];
	return NULL;
}
