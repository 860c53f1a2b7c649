// SPDX-License-Identifier: MIT
// rules.mjs - the job that every peer does: ordered rules on the lower-cased response (first match
// wins, % is any run of characters), a fallback by enhanced status code, providers by domain.
export const rules = [
  ['sender_rejected', ['sender address rejected', 'domain of sender address%does not resolve', 'unroutable sender', 'invalid sender']],
  ['bad_domain', ['host or domain name not found', 'domain%does not exist', 'name service error', 'no mx record', 'null mx']],
  ['auth_dmarc', ['dmarc', 'required authentication level', 'unauthenticated email']],
  ['auth_spf', ['spf check failed', 'spf authentication', 'spf%not authorized', 'spf fail']],
  ['auth_dkim', ['dkim signature', 'dkim:', 'dkim check']],
  ['reverse_dns', ['ptr record', 'reverse dns', 'rdns', 'forward-confirmed']],
  ['blocklisted', ['spamhaus', 'spamcop', 'barracuda reputation', 'dnsbl', 'blocked using', 'blacklisted', 'block list', 'rbl', 'cdrbl', 'ipcheck.proofpoint']],
  ['poor_reputation', ['poor reputation', 'low reputation', 'banned sending ip', 'ip reputation', 'bad reputation']],
  ['greylisted', ['greylist', 'graylist', 'not yet authorized to deliver']],
  ['complaint_block', ['user complaints', 'complaint rate', 'permanently deferred']],
  ['rate_limited', ['rate limited', 'unusual rate', 'too many connections', 'too many messages', 'too much mail', 'slow down', 'throttl', 'frequency limited', 'sending limit', 'at a rate that', 'max rate']],
  ['system_failure', ['server busy', 'local problem', 'resources are temporarily unavailable', 'service temporarily unavailable', 'system problem', 'internal error', 'try again later', 'no connection slots']],
  ['mailbox_full', ['over quota', 'overquota', 'out of storage', 'mailbox full', 'mailbox is full', 'quota exceeded', 'quotaexceeded', 'exceeded storage']],
  ['inactive_mailbox', ['is disabled', 'is inactive', 'is suspended', 'mailbox disabled', 'account disabled', 'no longer active']],
  ['malware', ['virus', 'malware', 'phishing', 'infected']],
  ['spam_content', ['unsolicited', 'classified as spam', 'spam content', 'suspicion of spam', 'looks like spam', 'spam message', 'suspicious']],
  ['content_rejected', ['content rejected', 'local policy', 'security issue', 'policy reasons', 'blocked senders', 'attachment']],
  ['message_too_large', ['too large', 'exceeds size', 'size limit', 'message size']],
  ['relay_denied', ['relay access denied', 'unable to relay', 'relaying denied', 'relay not permitted']],
  ['invalid_recipient', ['user unknown', 'unknown user', 'no such user', 'user not found', 'unknown recipient', 'no such recipient', 'does not exist', "doesn't have a", 'recipientnotfound', 'not found by smtp address lookup', 'mailbox not found', 'mailbox unavailable', 'invalid recipient', 'invalid mailbox', 'no mailbox here', 'account not available', 'as a valid user', 'recipient address rejected: access denied']],
  ['timeout', ['timed out', 'timeout', 'no answer from host', 'connection refused', 'lost connection']],
];
export const fallback = [['5.1', 'invalid_recipient'], ['4.1', 'invalid_recipient'], ['5.2.2', 'mailbox_full'],
  ['4.2.2', 'mailbox_full'], ['5.2', 'inactive_mailbox'], ['4.2', 'mailbox'], ['5.3.4', 'message_too_large'],
  ['5.3', 'system_failure'], ['4.3', 'system_failure'], ['5.4', 'routing_failure'], ['4.4', 'timeout'],
  ['5.5', 'protocol_error'], ['5.6', 'content_rejected'], ['5.7', 'policy_rejected'], ['4.7', 'rate_limited']];
export const providers = {
  google: ['gmail.com', 'googlemail.com'], microsoft: ['hotmail.com', 'outlook.com', 'live.com', 'msn.com'],
  yahoo: ['yahoo.com', 'yahoo.co.uk', 'ymail.com', 'aol.com'], apple: ['icloud.com', 'me.com', 'mac.com'],
  gmx: ['gmx.de', 'gmx.net', 'web.de'], orange: ['orange.fr', 'wanadoo.fr'], comcast: ['comcast.net'],
  libero: ['libero.it'], mail_ru: ['mail.ru', 'bk.ru'],
};
