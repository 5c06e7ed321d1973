import Testing

@testable import Metrics

@Suite struct CalibrationTests {
    @Test func calibrationErrorIsThatOfFifteenBins() {
        var calibration = Calibration()
        // Upper edges belong to their bins: 0.2 is the third, 1 the last.
        for (confidence, isRight) in [(0.2, true), (0.19, false), (1, true), (0.95, false), (0.5, true)] {
            calibration.add(confidence: confidence, isRight: isRight)
        }
        #expect(calibration.bins.map(\.count) == [0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2])
        // 2/5·|1/2 − 0.195| + 2/5·|1/2 − 0.975| + 1/5·|1 − 0.5|
        #expect(abs(calibration.error - (0.4 * 0.305 + 0.4 * 0.475 + 0.2 * 0.5)) < 1e-12)
        calibration.add(confidence: 0, isRight: false)
        #expect(calibration.bins[0].count == 1)
    }
}
