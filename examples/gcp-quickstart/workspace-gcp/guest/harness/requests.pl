#!/usr/bin/perl
# Counts the lines of the proxy's record: requests.pl requests.jsonl > requests.json.
# A request counts when it reached the service; without any it fails, as nothing was measured.
use strict;
use warnings;

my ($requests, $by_proxy) = (0, 0);
my %status = map { $_ => 0 } '2xx', '3xx', '4xx', '5xx', 'other';

while (<>) {
    # Values are escaped by nginx, so a quote inside one cannot look like the end of it.
    /"status":(\d)\d*,"upstream_status":"([^"]*)","seconds":[^"]*,"request_bytes":\d+,"answer_bytes":\d+\}$/
        or die "line $. of the record of requests is incomplete\n";
    if ($2 eq '') { $by_proxy++; next }
    $requests++;
    $status{ $1 >= 2 && $1 <= 5 ? "$1xx" : 'other' }++;
}
die "no request reached the service\n" if !$requests;

printf qq({"requests":%d,"answered_by_proxy":%d,"status":{%s}}\n), $requests, $by_proxy,
    join ',', map { qq("$_":$status{$_}) } sort keys %status;
