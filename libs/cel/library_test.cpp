#include "cel/testing/rows.hpp"

/// Rows after upstream's documentation of the libraries.
using namespace cel::testing;

TEST_CASE("strings") {
  check_rows({
      {"'tacocat'.charAt(3)", "'o'"},
      {"'tacocat'.charAt(7)", "''"},
      {"'©αT'.charAt(0)", "'©'"},
      {"'hello mellow'.indexOf('ello')", "1"},
      {"'hello mellow'.indexOf('jello')", "-1"},
      {"'hello mellow'.indexOf('', 2)", "2"},
      {"'hello mellow'.indexOf('ello', 2)", "7"},
      {"'éa'.indexOf('a')", "1"},
      {"'hello mellow'.lastIndexOf('ello')", "7"},
      {"'hello mellow'.lastIndexOf('ello', 6)", "1"},
      {"'hello mellow'.lastIndexOf('', 3)", "3"},
      {"'hello'.lastIndexOf('')", "5"},
      {"'TacoCat Ü'.lowerAscii()", "'tacocat Ü'"},
      {"'TacoCat ü'.upperAscii()", "'TACOCAT ü'"},
      {"'hello hello'.replace('he', 'we')", "'wello wello'"},
      {"'hello hello'.replace('he', 'we', 1)", "'wello hello'"},
      {"'hello hello'.replace('he', 'we', 0)", "'hello hello'"},
      {"'ab'.replace('', '_')", "'_a_b_'"},
      {"'ab'.replace('', '_', 1)", "'_ab'"},
      {"'hello hello hello'.split(' ')", "['hello', 'hello', 'hello']"},
      {"'hello hello hello'.split(' ', 2)", "['hello', 'hello hello']"},
      {"'hello'.split(' ', 0)", "[]"},
      {"'aé'.split('')", "['a', 'é']"},
      {"''.split('')", "[]"},
      {"''.split(',')", "['']"},
      {"'tacocat'.substring(4)", "'cat'"},
      {"'tacocat'.substring(0, 4)", "'taco'"},
      {"'tacocat'.substring(4, 4)", "''"},
      {"'ta©o©αT'.substring(2, 6)", "'©o©α'"},
      {"'  \\ttrim\\u3000\\n '.trim()", "'trim'"},
      {"['a', 'b'].join()", "'ab'"},
      {"['a', 'b'].join(', ')", "'a, b'"},
      {"[].join('x')", "''"},
      {"strings.quote('a\\n\"b\"')", "'\"a\\\\n\\\\\"b\\\\\"\"'"},
      {"'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c')", "true"},
  });
  check_failures({
      {"'tacocat'.charAt(30)", "index out of range: 30"},
      {"'tacocat'.indexOf('a', -1)", "index out of range: -1"},
      {"'tacocat'.substring(40)", "index out of range: 40"},
      {"'tacocat'.substring(4, 3)", "invalid substring range. start: 4, end: 3"},
      {"[dyn('a'), dyn(1)].join()", "join: invalid input: 1"},
  });
}

TEST_CASE("format") {
  check_rows({
      {"'%s and %s'.format(['a', 1])", "'a and 1'"},
      {"'%% %d'.format([5u])", "'% 5'"},
      {"'%s'.format([1.5])", "'1.5'"},
      {"'%s'.format([null])", "'null'"},
      {"'%s'.format([true])", "'true'"},
      {"'%s'.format([int])", "'int'"},
      {"'%s'.format([['a', 1.5, b'x']])", "'[\"a\", 1.500000, b\"x\"]'"},
      {"'%s'.format([{'b': 1, 'a': duration('1s')}])", "'{\"a\":duration(\"1s\"), \"b\":1}'"},
      {"'%.2f'.format([1234.567])", "'1,234.57'"},
      {"'%f'.format([2.0])", "'2.000000'"},
      {"'%.3e'.format([1052.032911275])", "'1.052\\u202f×\\u202f10⁰³'"},
      {"'%b'.format([5])", "'101'"},
      {"'%b'.format([true])", "'1'"},
      {"'%x'.format([26])", "'1a'"},
      {"'%X'.format(['hi'])", "'6869'"},
      {"'%o'.format([8])", "'10'"},
      {"'%s'.format([timestamp('2024-01-01T00:00:00Z')])", "'2024-01-01T00:00:00Z'"},
      {"'%s'.format([duration('90s')])", "'90s'"},
  });
  check_failures({
      {"'%d'.format([dyn('x')])",
       "error during formatting: decimal clause can only be used on integers, was given string"},
      {"('%' + 'q').format([1])", "could not parse formatting clause: unrecognized formatting clause \"q\""},
      {"('%s' + '%s').format([1])", "index 1 out of range"},
  });
}

TEST_CASE("regular expressions") {
  check_rows({
      {"'hubba'.matches('ub')", "true"},
      {"matches('hubba', '^ub')", "false"},
      {"'abc 123'.find('[0-9]+')", "'123'"},
      {"'abc 123'.find('xyz')", "''"},
      {"'123 abc 456'.findAll('[0-9]+')", "['123', '456']"},
      {"'123 abc 456'.findAll('[0-9]+', 1)", "['123']"},
      {"'123 abc 456'.findAll('xyz')", "[]"},
      {"'ab'.findAll('')", "['', '', '']"},
      {"'baaac'.findAll('a*')", "['', 'aaa', '']"},
      {"'ab'.matches('a' + 'b')", "true"},
  });
  check_failures({{"'a'.matches('(' + '')", "error parsing regexp: missing ): ("}});
}

TEST_CASE("lists") {
  check_rows({
      {"[1, 2, 2].isSorted()", "true"},
      {"['b', 'a'].isSorted()", "false"},
      {"[1, 3].sum()", "4"},
      {"[1.0, 3.0].sum()", "4.0"},
      {"[duration('1m'), duration('1s')].sum()", "duration('61s')"},
      {"[1u, 2u].sum()", "3u"},
      {"[3, 1, 2].min()", "1"},
      {"['b', 'a'].max()", "'b'"},
      {"[1, 2, 2, 3].indexOf(2)", "1"},
      {"['a', 'b', 'b'].lastIndexOf('b')", "2"},
      {"[1].indexOf(5)", "-1"},
      {"[1, 2, 3, 4].slice(1, 3)", "[2, 3]"},
      {"[[1, 2], [3]].flatten()", "[1, 2, 3]"},
      {"[[[1], [2]], [[3]]].flatten(2)", "[1, 2, 3]"},
      {"[3, 1, 2].sort()", "[1, 2, 3]"},
      {"['b', 'a'].sort()", "['a', 'b']"},
      {"[{'n': 2}, {'n': 1}].sortBy(x, x.n)", "[{'n': 1}, {'n': 2}]"},
      {"[1, 2, 3].reverse()", "[3, 2, 1]"},
      {"[1, 2, 1, 3].distinct()", "[1, 2, 3]"},
      {"lists.range(3)", "[0, 1, 2]"},
      {"sets.contains([1, 2, 3], [3, 1])", "true"},
      {"sets.contains([1], [1, 2])", "false"},
      {"sets.equivalent([1, 2], [2, 1, 1])", "true"},
      {"sets.intersects([1, 2], [2, 3])", "true"},
      {"sets.intersects([1], [])", "false"},
  });
  check_failures({
      {"[].map(x, int(x)).max()", "max called on empty list"},
      {"[9223372036854775807, 1].sum()", "integer overflow"},
      {"[1].slice(0, 2)", "cannot slice(0, 2), list is length 1"},
      {"[1].slice(-1, 1)", "cannot slice(-1, 1), negative indexes not supported"},
  });
}

TEST_CASE("URLs") {
  check_rows({
      {"url('https://example.com:80/path').getScheme()", "'https'"},
      {"url('https://example.com:80/').getHost()", "'example.com:80'"},
      {"url('https://[::1]:80/').getHost()", "'[::1]:80'"},
      {"url('https://[::1]:80/').getHostname()", "'::1'"},
      {"url('https://example.com:80/').getPort()", "'80'"},
      {"url('https://example.com/').getPort()", "''"},
      {"url('https://example.com/with space/').getEscapedPath()", "'/with%20space/'"},
      {"url('https://example.com/a%20b').getEscapedPath()", "'/a%20b'"},
      {"url('/path').getHost()", "''"},
      {"url('https://u:p@example.com/').getHostname()", "'example.com'"},
      {"url('https://example.com/path?k1=a&k2=b&k2=c&k4=').getQuery()",
       "{'k1': ['a'], 'k2': ['b', 'c'], 'k4': ['']}"},
      {"url('https://example.com/path?a=1+2%21#f').getQuery()", "{'a': ['1 2!']}"},
      {"isURL('https://user:pass@example.com:80/path?query=val#fragment')", "true"},
      {"isURL('/absolute-path')", "true"},
      {"isURL('https://a:b:c/')", "false"},
      {"isURL('../relative-path')", "false"},
      {"isURL('')", "false"},
      {"url('https://a/b') == url('https://a/b')", "true"},
  });
  check_failures(
      {{"url('../x')",
        "URL parse error during conversion from string: parse \"../x\": invalid URI for request"}});
}

TEST_CASE("addresses") {
  check_rows({
      {"isIP('127.0.0.1')", "true"},
      {"isIP('::1')", "true"},
      {"isIP('127.0.0.256')", "false"},
      {"isIP('127.0.0.01')", "false"},
      {"isIP('1:2:3:4:5:6:7:8')", "true"},
      {"isIP('1:2:3:4:5:6:7')", "false"},
      {"isIP('1::2::3')", "false"},
      {"isIP('::ffff:1.2.3.4')", "false"},
      {"isIP('fe80::1%eth0')", "false"},
      {"ip('127.0.0.1').family()", "4"},
      {"ip('::1').family()", "6"},
      {"ip('127.0.0.1').isLoopback()", "true"},
      {"ip('0.0.0.0').isUnspecified()", "true"},
      {"ip('224.0.0.1').isLinkLocalMulticast()", "true"},
      {"ip('fe80::1').isLinkLocalUnicast()", "true"},
      {"ip('192.168.0.1').isGlobalUnicast()", "true"},
      {"ip('255.255.255.255').isGlobalUnicast()", "false"},
      {"ip.isCanonical('2001:db8::abcd')", "true"},
      {"ip.isCanonical('2001:DB8::ABCD')", "false"},
      {"string(ip('2001:0db8:0:0:0:0:0:1'))", "'2001:db8::1'"},
      {"ip('127.0.0.1') == ip('127.0.0.1')", "true"},
      {"type(ip('::1')) == net.IP", "true"},
      {"isCIDR('192.168.0.0/24')", "true"},
      {"isCIDR('192.168.0.0/33')", "false"},
      {"isCIDR('192.168.0.0')", "false"},
      {"cidr('192.168.0.0/24').containsIP('192.168.0.1')", "true"},
      {"cidr('192.168.0.0/24').containsIP(ip('192.168.1.1'))", "false"},
      {"cidr('192.168.0.0/24').containsCIDR('192.168.0.0/25')", "true"},
      {"cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/16'))", "false"},
      {"cidr('192.168.0.1/24').ip() == ip('192.168.0.1')", "true"},
      {"string(cidr('192.168.0.1/24').masked())", "'192.168.0.0/24'"},
      {"cidr('::/64').prefixLength()", "64"},
  });
  check_failures({
      {"ip('x')",
       "IP Address \"x\" parse error during conversion from string: ParseAddr(\"x\"): unable to parse IP"},
      {"ip('::ffff:1.2.3.4')", "IPv4-mapped IPv6 address \"::ffff:1.2.3.4\" is not allowed"},
  });
}

TEST_CASE("quantities") {
  check_rows({
      {"isQuantity('1.3Gi')", "true"},
      {"isQuantity('1.3x')", "false"},
      {"quantity('50k').isInteger()", "true"},
      {"quantity('1.5').isInteger()", "false"},
      {"quantity('50k').asInteger()", "50000"},
      {"quantity('1.5').asApproximateFloat()", "1.5"},
      {"quantity('200M').compareTo(quantity('0.2G'))", "0"},
      {"quantity('50Mi').compareTo(quantity('50M'))", "1"},
      {"quantity('150Mi').isGreaterThan(quantity('100Mi'))", "true"},
      {"quantity('50M').isLessThan(quantity('100M'))", "true"},
      {"sign(quantity('-5'))", "-1"},
      {"quantity('50k').add(20) == quantity('50020')", "true"},
      {"quantity('50k').sub(quantity('20k')) == quantity('30k')", "true"},
      {"quantity('1Gi') == quantity('1024Mi')", "true"},
  });
  check_failures({{"quantity('1.5').asInteger()", "cannot convert value to integer"}});
}

TEST_CASE("semantic versions") {
  check_rows({
      {"isSemver('1.0.0')", "true"},
      {"isSemver('v1.0.0')", "false"},
      {"isSemver('v1.0', true)", "true"},
      {"isSemver('01.01.01')", "false"},
      {"isSemver('1.0.0-01')", "false"},
      {"semver('1.2.3').compareTo(semver('1.2.3'))", "0"},
      {"semver('1.2.3').isLessThan(semver('1.10.0'))", "true"},
      {"semver('1.2.3-alpha.1').isLessThan(semver('1.2.3'))", "true"},
      {"semver('1.0.0-alpha.2').isLessThan(semver('1.0.0-alpha.10'))", "true"},
      {"semver('1.0.0-2').isLessThan(semver('1.0.0-alpha'))", "true"},
      {"semver('1.2.3+a') == semver('1.2.3+b')", "true"},
      {"semver('v01.02', true) == semver('1.2.0')", "true"},
      {"semver('1.2.3').major() + semver('1.2.3').minor() + semver('1.2.3').patch()", "6"},
  });
  check_failures({{"semver('1.0')", "No Major.Minor.Patch elements found"}});
}

TEST_CASE("named formats") {
  check_rows({
      {"format.dns1123Label().validate('my-label').hasValue()", "false"},
      {"format.dns1123Label().validate('My.Label').hasValue()", "true"},
      {"format.dns1123LabelPrefix().validate('my-label-').hasValue()", "false"},
      {"format.dns1035Label().validate('1abc').hasValue()", "true"},
      {"format.qualifiedName().validate('apps/v1').hasValue()", "false"},
      {"format.labelValue().validate('a b').hasValue()", "true"},
      {"format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()", "false"},
      {"format.uuid().validate('x').value()", "['does not match the UUID format']"},
      {"format.byte().validate('aGVsbG8=').hasValue()", "false"},
      {"format.date().validate('2021-02-30').value()", "['invalid date']"},
      {"format.datetime().validate('2021-01-01T00:00:00Z').hasValue()", "false"},
      {"format.uri().validate('http://example.com').hasValue()", "false"},
      {"format.named('dns1123Label').hasValue()", "true"},
      {"format.named('no').hasValue()", "false"},
  });
}
