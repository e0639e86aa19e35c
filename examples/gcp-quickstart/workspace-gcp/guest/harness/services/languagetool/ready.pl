#!/usr/bin/perl
# Answers every HTTP request on 127.0.0.1 with 204: ready.pl PORT. That it answers is all that it says.
use strict;
use warnings;
use IO::Socket::INET;

@ARGV == 1 or die "usage: ready.pl PORT\n";
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 8, ReuseAddr => 1)
    or die "cannot listen on port $ARGV[0]: $!\n";
while (my $client = $server->accept) {
    # To the end of the head, so that the close does not look like a reset.
    while (my $line = <$client>) { last if $line =~ /^\r?\n$/ }
    print {$client} "HTTP/1.0 204 No Content\r\n\r\n";
    close $client;
}
