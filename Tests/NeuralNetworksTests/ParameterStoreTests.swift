import Foundation
import Tensors
import Testing

@testable import NeuralNetworks

@Suite struct ParameterStoreTests {
    /// A weight of 15 numbers, a bias of 17, a single number, and a buffer.
    private func small(seed: UInt64 = 1) -> ParameterStore {
        ParameterStore.build(seed: seed) { p in
            let layer = p.scope("layers").scope(0)
            _ = layer.declare("weight", [5, 3], .uniform(bound: 1))
            _ = layer.declareBuffer("running_mean", [4], 0.25)
            _ = layer.declare("bias", [17], .normal)
            _ = p.declare("scale", [], .constant(3))
        }.store
    }

    @Test func namesInOrderOfDeclaration() {
        let store = small()
        #expect(store.entries.map(\.name) == ["layers.0.weight", "layers.0.bias", "scale"])
        #expect(store.buffers.map(\.name) == ["layers.0.running_mean"])
        #expect(store.entries.map(\.shape) == [[5, 3], [17], []])
        #expect(store.parameterCount == 33)
    }

    @Test func placesInTheArena() {
        let store = small()
        #expect(store.offsets == [0, 16, 48])
        #expect(store.offsets.allSatisfy { $0 % 16 == 0 })
        #expect(store.values.count == 64 && store.gradients.count == 64)
        for (offset, entry) in zip(store.offsets, store.entries) {
            #expect(entry.value.values.baseAddress == store.values.values.baseAddress! + offset)
            #expect(entry.variable.gradient?.values.baseAddress == store.gradients.values.baseAddress! + offset)
        }
        #expect(store.entries[0].value.rows == 5 && store.entries[0].value.columns == 3)
        #expect(store.entries[1].value.rows == 1 && store.entries[2].value.count == 1)
        // Gaps between entries stay 0.
        #expect(store.values.array[15] == 0 && store.values.array[33..<48].allSatisfy { $0 == 0 })
        #expect(store.gradients.values.allSatisfy { $0 == 0 })
        #expect(store.buffers[0].value.array == [0.25, 0.25, 0.25, 0.25])
    }

    @Test func seeds() {
        #expect(small(seed: 4).values.array == small(seed: 4).values.array)
        #expect(small(seed: 4).values.array != small(seed: 5).values.array)
    }

    @Test func gradientsAreZeroed() {
        let store = small()
        store.gradients.fill(2)
        store.zeroGradients()
        #expect(store.gradients.values.allSatisfy { $0 == 0 })
    }

    private func arrays(_ store: ParameterStore) -> [String: (shape: [Int], values: [Float])] {
        var result: [String: (shape: [Int], values: [Float])] = [:]
        for parameter in store.entries + store.buffers {
            result[parameter.name] = (parameter.shape, parameter.value.array)
        }
        return result
    }

    @Test func loading() throws {
        let source = small(seed: 6)
        let target = small(seed: 7)
        source.buffers[0].value.fill(9)
        try target.load(arrays(source))
        #expect(target.values.array == source.values.array)
        #expect(target.buffers[0].value.array == [9, 9, 9, 9])
    }

    @Test func buffersMayBeAbsentWhereAllowed() throws {
        let source = small(seed: 6)
        let target = small(seed: 7)
        target.buffers[0].value.fill(5)
        var named = arrays(source)
        named["layers.0.running_mean"] = nil
        #expect(throws: ParameterMismatch(missing: ["layers.0.running_mean"], unknown: [], misshapen: [])) {
            try target.load(named)
        }
        try target.load(named, requireBuffers: false)
        #expect(target.values.array == source.values.array)
        #expect(target.buffers[0].value.array == [5, 5, 5, 5])
    }

    @Test func everyMismatchIsNamedAndNothingChanges() throws {
        let store = small(seed: 7)
        let before = store.values.array
        var named = arrays(small(seed: 6))
        named["scale"] = nil
        named["layers.0.bias"] = ([1, 17], [Float](repeating: 1, count: 17))
        named["layers.0.weight"] = ([3, 5], [Float](repeating: 1, count: 15))
        named["layers.1.weight"] = ([2], [1, 2])
        named["extra"] = ([], [1])
        let error = try #require(throws: ParameterMismatch.self) { try store.load(named) }
        #expect(error.missing == ["scale"])
        #expect(error.unknown == ["extra", "layers.1.weight"])
        #expect(
            error.misshapen == [
                "layers.0.weight ([3, 5] instead of [5, 3])", "layers.0.bias ([1, 17] instead of [17])",
            ])
        #expect(
            error.description.hasPrefix(
                "missing scale; unknown extra, layers.1.weight; of another shape layers.0.weight ([3, 5]"))
        #expect(store.values.array == before)
        #expect(store.buffers[0].value.array == [0.25, 0.25, 0.25, 0.25])
    }

    /// An array with fewer numbers than its shape says is refused like one of another shape.
    @Test func numbersThatDoNotFillTheirShape() {
        let store = small(seed: 7)
        let before = store.values.array
        var named = arrays(small(seed: 6))
        named["layers.0.weight"]?.values.removeLast()
        #expect(
            throws: ParameterMismatch(missing: [], unknown: [], misshapen: ["layers.0.weight (14 numbers for [5, 3])"])
        ) {
            try store.load(named)
        }
        #expect(store.values.array == before)
    }

    /// What a user sees is the description, not the type's name.
    @Test func localizedDescription() {
        let error: any Error = ParameterMismatch(missing: ["a"], unknown: [], misshapen: [])
        #expect(error.localizedDescription == "missing a")
    }

    @Test func longListsAreCutShort() {
        let error = ParameterMismatch(missing: ["a", "b", "c", "d", "e", "f"], unknown: [], misshapen: [])
        #expect(error.description == "missing a, b, c, d and 2 more")
    }
}
