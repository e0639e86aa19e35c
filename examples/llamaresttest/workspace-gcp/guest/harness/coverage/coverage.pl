#!/usr/bin/perl
# Sums up two CSV reports of JaCoCo: coverage.pl IDLE.csv FINAL.csv SAMPLE > coverage.json.
# SAMPLE names the data that the second one is about. When nothing was covered beyond the idle service, it fails:
# the attempt looks complete, and has measured nothing.
use strict;
use warnings;

@ARGV == 3 or die "usage: coverage.pl IDLE.csv FINAL.csv SAMPLE\n";
my ($idle, $final) = map { sums($_) } @ARGV[0, 1];
my $sample = $ARGV[2];
my @kinds = qw(branches lines methods);

# Missed and covered of each kind, in the columns where JaCoCo has them.
sub sums {
    my ($path) = @_;
    my %column = (branches => 5, lines => 7, methods => 11);
    my %sum;
    open my $file, '<', $path or die "cannot read $path: $!\n";
    my $head = <$file>;
    defined $head && $head =~ /^GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,.*,METHOD_COVERED$/ or die "$path is no report of JaCoCo\n";
    while (<$file>) {
        chomp;
        my @cells = split /,/;
        @cells == 13 or die "line $. of $path has " . @cells . " columns\n";
        for my $kind (keys %column) {
            $sum{"${kind}_covered"} += $cells[$column{$kind} + 1];
            $sum{"${kind}_total"} += $cells[$column{$kind}] + $cells[$column{$kind} + 1];
        }
    }
    %sum or die "$path names no class\n";
    return \%sum;
}

sub json {
    my ($sum) = @_;
    return '{' . join(',', map { qq("$_":$sum->{$_}) } sort keys %$sum) . '}';
}

printf qq({"format":1,"kind":"jacoco","idle":%s,"final":%s,"final_sample":"%s"}\n), json($idle), json($final), $sample;
die "no more is covered than by the idle service: the requests had no effect on it\n"
    if !grep { $final->{"${_}_covered"} > $idle->{"${_}_covered"} } @kinds;
