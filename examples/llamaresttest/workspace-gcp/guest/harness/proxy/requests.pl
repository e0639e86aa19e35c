#!/usr/bin/perl
# Counts the lines of requests.jsonl: requests.pl SERVICE requests.jsonl > requests.json.
# Without any answer of the service it fails, as nothing was measured; and so it does when a service that wants a key
# has refused it all the time. What a site thinks of the requests is otherwise the tool's business.
use strict;
use warnings;

my $service = shift @ARGV;
my ($requests, $unanswered, $refused) = (0, 0, 0);
my %status = map { $_ => 0 } '2xx', '3xx', '4xx', '5xx', 'other';

while (<>) {
    # Values are escaped by JSON, so a quote inside one cannot look like the end of it.
    /"status":(\d)(\d*),"upstream_status":"([^"]*)","seconds":[^"]*,"request_bytes":\d+,"answer_bytes":\d+\}$/
        or die "line $. of the record of requests is incomplete\n";
    if ($3 eq '') { $unanswered++; next }
    $requests++;
    $refused++ if "$1$2" eq '401';
    $status{ $1 >= 2 && $1 <= 5 ? "$1xx" : 'other' }++;
}
die "no request was answered by the service\n" if !$requests;
die "$service has refused the key: $refused of $requests answers are 401\n"
    if $service =~ /^(?:omdb|spotify)$/ && $refused >= 0.95 * $requests;

printf qq({"requests":%d,"answered_by_proxy":%d,"status":{%s}}\n), $requests, $unanswered,
    join ',', map { qq("$_":$status{$_}) } sort keys %status;
