import CKernels

extension Kernels {
    /// Sets every number of `y` to `value`.
    static func fill(_ y: Tensor, _ value: Float) { kernels.fill(y.pointer, y.count, value) }

    /// y += scale · x, of one shape.
    static func add(_ x: Tensor, scale: Float, to y: Tensor) {
        check(x, y)
        forEachElementRange(y.count) { kernels.add_scaled(y.pointer + $0, x.pointer + $0, scale, $1) }
    }

    /// y = Σ terms, at least two of one shape.
    public static func sum(_ terms: [Tensor], into y: Tensor) {
        terms.forEach { check($0, y) }
        forEachElementRange(y.count) { first, count in
            kernels.add(y.pointer + first, terms[0].pointer + first, terms[1].pointer + first, count)
            for term in terms.dropFirst(2) { kernels.add_scaled(y.pointer + first, term.pointer + first, 1, count) }
        }
    }

    /// y = a + b for matrices of one shape.
    public static func add(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        check(a, y)
        check(b, y)
        for row in 0..<y.rows {
            kernels.add(
                y.pointer + row * y.stride, a.pointer + row * a.stride, b.pointer + row * b.stride, y.columns)
        }
    }

    /// y += x for matrices of one shape.
    public static func add(_ x: Matrix, to y: Matrix) {
        check(x, y)
        for row in 0..<y.rows {
            kernels.add_scaled(y.pointer + row * y.stride, x.pointer + row * x.stride, 1, y.columns)
        }
    }

    /// y = x · Φ(x), exact GELU.
    public static func gelu(_ x: Tensor, into y: Tensor) {
        check(x, y)
        forEachElementRange(y.count) { kernels.gelu(y.pointer + $0, x.pointer + $0, $1) }
    }

    /// target += gradient ⊙ gelu′(x).
    public static func addGELUGradient(_ gradient: Tensor, x: Tensor, to target: Tensor) {
        check(gradient, target)
        check(x, target)
        forEachElementRange(target.count) {
            kernels.gelu_backward(target.pointer + $0, gradient.pointer + $0, x.pointer + $0, $1)
        }
    }

    /// y += bias [1, C] in every row, then max(0, ·) where `relu` is set. NaN stays NaN.
    public static func addBias(_ bias: Tensor?, relu: Bool, to y: Tensor) {
        if let bias { precondition(bias.count == y.columns) }
        forEachRowRange(y.rows, columns: y.columns) {
            kernels.bias_activation(y.rows($0).matrix.view, bias?.pointer, relu ? 1 : 0)
        }
    }

    /// The gradient is 0 where ReLU's output is 0. What is NaN passes.
    public static func maskReLU(_ gradient: Tensor, output: Tensor) {
        check(output, gradient)
        forEachElementRange(gradient.count) { kernels.relu_mask(gradient.pointer + $0, output.pointer + $0, $1) }
    }

    static func check(_ x: Tensor, _ y: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns, "[\(x.rows), \(x.columns)], [\(y.rows), \(y.columns)]")
    }

    static func check(_ x: Matrix, _ y: Matrix) {
        precondition(
            x.rows == y.rows && x.columns == y.columns && !x.isTransposed && !y.isTransposed,
            "[\(x.rows), \(x.columns)], [\(y.rows), \(y.columns)]")
    }
}
