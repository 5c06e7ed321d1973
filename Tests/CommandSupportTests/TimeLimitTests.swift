import Testing

@testable import CommandSupport

/// Times as people and Slurm write them.
@Suite struct TimeLimitTests {
    @Test(arguments: [
        ("90s", 90), ("2h", 7200), ("45m", 2700), ("1h30m", 5400), ("1d", 86_400), ("1d2h3m4s", 93_784),
        ("36:00:00", 129_600), ("00:00:05", 5), ("1-12:00:00", 129_600), ("0-00:01:30", 90),
    ])
    func times(text: String, seconds: Int) {
        #expect(TimeLimit(argument: text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "2", "h", "2 h", "-2h", "2h2h", "30m1h", "1.5h", "2h30", "0s", "00:00:00", "12:30", "1:2:3:4", "0:60:00",
        "a-1:00:00", "1-", "99999999999h", "101d-", "9999999999d", "٢h", "2H",
    ])
    func whatIsNone(text: String) {
        #expect(TimeLimit(argument: text) == nil)
    }
}
