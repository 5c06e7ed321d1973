import CKernelChecks
import CKernels
import Testing

@testable import Tensors

/// Every kind of machine code that this processor runs.
@Suite struct KernelKindsTests {
    /// The numbers of the checks of CKernelChecks.
    private static let checks = (0..<100).prefix { kernel_check_name($0) != nil }

    @Test func theFastestKindIsTaken() throws {
        let name = try #require(KernelChoice.available.first)
        #expect(String(cString: ck_fastest().pointee.name) == name)
        #expect(KernelChoice.available.last == "plain")
        #expect(ck_named("avx1024") == nil && ck_named("") == nil)
    }

    /// One source for all of them, and one order for every sum: a run on one processor has the bits of a run on another.
    @Test(arguments: checks) func kindsAgreeToTheBit(check: Int) throws {
        let kinds = KernelChoice.available.filter { $0 != "plain" }
        let results = kinds.map { kernel_check(ck_named($0), check) }
        let first = try #require(results.first)
        for (kind, result) in zip(kinds, results) {
            #expect(result.digest == first.digest, "\(String(cString: kernel_check_name(check))) of \(kind)")
        }
    }

    /// Without fused multiply-adds the last bits differ, and nothing else.
    @Test(arguments: checks.filter { String(cString: kernel_check_name($0)) != "products" })
    func thePlainKindAgreesWithinRounding(check: Int) throws {
        let plain = kernel_check(ck_named("plain"), check).sum
        let fastest = kernel_check(ck_fastest(), check).sum
        #expect(abs(plain - fastest) <= 1e-5 * max(1, abs(fastest)))
    }
}
