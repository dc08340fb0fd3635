//! What ports are for: some that containers often listen on, with the names of the Service Name and Transport
//! Protocol Port Number Registry of IANA (`https://www.iana.org/assignments/service-names-port-numbers`, looked up in
//! the `services` file that Debian's netbase 6.4 makes of it). Uses that are common, but not registered, are left out.

/// A registered port: its number, its protocols, IANA's name, and what it is for.
type Port = (u16, &'static [&'static str], &'static str, &'static str);

const TCP: &[&str] = &["tcp"];
const UDP: &[&str] = &["udp"];
const BOTH: &[&str] = &["tcp", "udp"];

/// In order of their numbers.
const PORTS: [Port; 46] = [
    (20, TCP, "ftp-data", "FTP, data"),
    (21, TCP, "ftp", "FTP"),
    (22, TCP, "ssh", "SSH"),
    (23, TCP, "telnet", "Telnet"),
    (25, TCP, "smtp", "SMTP, mail between servers"),
    (53, BOTH, "domain", "DNS"),
    (69, UDP, "tftp", "TFTP"),
    (80, TCP, "http", "HTTP"),
    (88, BOTH, "kerberos", "Kerberos"),
    (110, TCP, "pop3", "POP3, fetching mail"),
    (123, UDP, "ntp", "NTP, time"),
    (143, TCP, "imap2", "IMAP, reading mail"),
    (161, BOTH, "snmp", "SNMP"),
    (179, TCP, "bgp", "BGP"),
    (389, BOTH, "ldap", "LDAP"),
    (443, TCP, "https", "HTTP over TLS"),
    (443, UDP, "https", "HTTP/3"),
    (465, TCP, "submissions", "sending mail over TLS"),
    (514, UDP, "syslog", "syslog"),
    (554, BOTH, "rtsp", "RTSP, control of streams"),
    (587, TCP, "submission", "sending mail"),
    (636, BOTH, "ldaps", "LDAP over TLS"),
    (853, TCP, "domain-s", "DNS over TLS"),
    (873, TCP, "rsync", "rsync"),
    (993, TCP, "imaps", "IMAP over TLS"),
    (995, TCP, "pop3s", "POP3 over TLS"),
    (1194, BOTH, "openvpn", "OpenVPN"),
    (1433, TCP, "ms-sql-s", "Microsoft SQL Server"),
    (1812, BOTH, "radius", "RADIUS"),
    (2049, BOTH, "nfs", "NFS"),
    (3306, TCP, "mysql", "MySQL"),
    (3690, TCP, "svn", "Subversion"),
    (4369, TCP, "epmd", "Erlang's port mapper"),
    (5060, BOTH, "sip", "SIP"),
    (5222, TCP, "xmpp-client", "XMPP, clients"),
    (5432, TCP, "postgresql", "PostgreSQL"),
    (5671, TCP, "amqps", "AMQP over TLS"),
    (5672, TCP, "amqp", "AMQP"),
    (6000, TCP, "x11", "X Window System"),
    (6379, TCP, "redis", "Redis"),
    (6514, TCP, "syslog-tls", "syslog over TLS"),
    (6667, TCP, "ircd", "IRC"),
    (8080, TCP, "http-alt", "HTTP, beside port 80"),
    (9418, TCP, "git", "Git"),
    (10050, TCP, "zabbix-agent", "Zabbix agent"),
    (10051, TCP, "zabbix-trapper", "Zabbix server"),
];

/// What a port is for, and IANA's name for that.
pub(in crate::ide) fn port(number: u16, protocol: &str) -> Option<(&'static str, &'static str)> {
    let start = PORTS.partition_point(|it| it.0 < number);
    let same = PORTS[start..].iter().take_while(|it| it.0 == number);
    let mut found = same.filter(|it| it.1.iter().any(|known| protocol.eq_ignore_ascii_case(known)));
    found.next().map(|it| (it.3, it.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_sorted_and_found_with_their_protocol() {
        assert!(PORTS.is_sorted_by_key(|it| it.0));
        assert_eq!(port(443, "udp"), Some(("HTTP/3", "https")));
        assert_eq!(port(443, "TCP"), Some(("HTTP over TLS", "https")));
        assert_eq!(port(80, "udp"), None);
        assert_eq!(port(8000, "tcp"), None);
    }
}
