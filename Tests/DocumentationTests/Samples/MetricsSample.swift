import Metrics
import Testing

extension ModuleDocumentTests {
    @Test func metricsSample() throws {
        // sample
        let confusion = ConfusionMatrix(classes: 2, gold: [0, 0, 1, -1], predicted: [0, 1, 1, 0])
        let metrics = ClassificationMetrics(confusion)
        let score = percentage(metrics.weightedF1)  // 66.67
        // end
        #expect(score == 66.67)
    }
}
