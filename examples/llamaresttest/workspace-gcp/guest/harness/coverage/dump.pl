#!/usr/bin/perl
# Asks a running JaCoCo agent (output=tcpserver) for its data and writes them to a file: dump.pl PORT FILE.
# It does not reset or analyse them. In Perl because a JVM of its own would cost half a second.
use strict;
use warnings;
use IO::Socket::INET;

@ARGV == 2 or die "usage: dump.pl PORT FILE\n";
my ($port, $file) = @ARGV;
$SIG{ALRM} = sub { die "JaCoCo's agent did not answer within 20 s\n" };
alarm 20;

my $agent = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
    or die "cannot reach JaCoCo's agent on port $port: $!\n";
# JaCoCo's remote protocol: a header (block 0x01, magic 0xC0C0, version 0x1007), then the command dump (0x40: yes, reset: no).
# The agent answers with a header, the data, which is exactly an exec file, and 0x20 for "done".
print {$agent} pack('C n n C C C', 0x01, 0xC0C0, 0x1007, 0x40, 1, 0) or die "cannot ask JaCoCo's agent: $!\n";
$agent->flush;
shutdown $agent, 1;
my $data = do { local $/; <$agent> };
defined $data && length $data > 6 && substr($data, -1) eq "\x20"
    or die "JaCoCo's agent gave an incomplete answer\n";

open my $out, '>:raw', $file or die "cannot write $file: $!\n";
print {$out} substr($data, 0, -1);
close $out or die "cannot write $file: $!\n";
