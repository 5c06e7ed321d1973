import CKernels
import Foundation

/// Which compiled loops this process runs, and what makes its products.
///
/// The program holds several machine codes: for processors with AVX-512, for those with AVX2, for 64-bit ARM, and one that starts on any.
/// The fastest that this processor has is taken. All but the last give the same products to the bit.
///
/// The environment can choose otherwise, for comparisons: `VUEMO_KERNELS` names a kind ("avx512", "avx2", "neon", "plain"), and
/// `VUEMO_PRODUCTS=openblas` leaves products of matrices to OpenBLAS.
public enum KernelChoice {
    /// The kind of kernels that runs: "avx512", "avx2", "neon" or "plain".
    public static var name: String { String(cString: kernels.name) }

    /// Looks at what the environment asks for.
    /// - Throws: ``KernelChoiceError``.
    public static func check() throws(KernelChoiceError) {
        if let name = asked("VUEMO_KERNELS"), ck_named(name) == nil {
            throw KernelChoiceError(variable: "VUEMO_KERNELS", value: name, known: available)
        }
        let products = kernels.product == nil ? ["openblas"] : ["vuemo", "openblas"]
        if let name = asked("VUEMO_PRODUCTS"), !products.contains(name) {
            throw KernelChoiceError(variable: "VUEMO_PRODUCTS", value: name, known: products)
        }
    }

    /// The kinds that this processor runs, the fastest first.
    package static var available: [String] { ["avx512", "avx2", "neon", "plain"].filter { ck_named($0) != nil } }

    /// Whether products are ours.
    static let makesProducts = kernels.product != nil && asked("VUEMO_PRODUCTS") != "openblas"

    /// What the environment says, or nil where it says nothing.
    fileprivate static func asked(_ variable: String) -> String? {
        ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The environment asks for kernels that there are not.
public struct KernelChoiceError: Error, CustomStringConvertible, LocalizedError {
    let variable: String
    let value: String
    let known: [String]

    /// What was asked for, and what there is.
    public var description: String {
        "the environment variable \(variable) is \"\(value)\", which there is not here; unset it, or give one of \(known.joined(separator: ", "))"
    }

    /// The description.
    public var errorDescription: String? { description }
}

/// The compiled loops that this process runs. A name that `KernelChoice.check` refuses counts as none: who did not ask gets what is
/// fastest.
nonisolated(unsafe) let kernels: ck_kernels =
    (KernelChoice.asked("VUEMO_KERNELS").flatMap { ck_named($0) } ?? ck_fastest()).pointee
