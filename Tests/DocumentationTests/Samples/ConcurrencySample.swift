import Concurrency
import Testing

extension ModuleDocumentTests {
    @Test func concurrencySample() throws {
        // sample
        let squares = BackgroundWork("squares", count: 3, ahead: 1) { index, _ in index * index }
        var sum = 0
        while let square = try squares.next() { sum += square }  // 0, 1, 4

        var roots = [Double](repeating: 0, count: 1000)
        roots.withUnsafeMutableBufferPointer { roots in
            nonisolated(unsafe) let roots = roots
            Compute.forEachRange(1000, minimum: 100) { range in
                for index in range { roots[index] = Double(index).squareRoot() }
            }
        }
        // end
        #expect(sum == 5 && roots[4] == 2 && roots[999] > 31)
    }
}
