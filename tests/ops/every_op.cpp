// Every op compiles to what its reference gives, and has the gradient that finite differences have.
// What there is to try stands in tests/support/op_samples.cpp.
#include "compiler/compiled_model.h"
#include "dsl/op.h"
#include "tests/support/check_compiled.h"
#include "tests/support/check_gradient.h"
#include "tests/support/op_samples.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(ops_every_op)

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                 inf = std::numeric_limits<double>::infinity();

/// Numbers for an operand: indices below a limit, whole numbers that are no divisors of 0, or
/// fractions.
Array numbers_for(const std::string& text, const TensorType& type, int stream) {
    const Sizes sizes = constant_sizes(type.shape);
    if (is_floating(type.dtype)) return numbers(sizes, type.dtype, 1.5, stream).array();
    const int64_t limit = operand_limit(text);
    Array array = Array::empty(DType::i64, sizes);
    for (int64_t i = 0; i < array.count(); ++i) {
        const int64_t any = (i * 7 + stream * 5 + i / 3) % 11;
        array.data<int64_t>()[i] = limit > 0                      ? i % limit
                                   : type.dtype == DType::boolean ? any % 2
                                   : any < 6                      ? any + 1
                                                                  : 5 - any;
    }
    return array.to(type.dtype);
}

/// A program of one node for each sample, each with inputs of its own.
struct Batch {
    std::string text = "program p\nsymbol N = 0..40\n\ngraph forward\n", results;
    std::vector<std::string> operands;

    /// `before` and `behind` name ops of one operand to put around it.
    void add(const Op& op, const OpSample& sample, const std::string& before = "",
             const std::string& behind = "") {
        const std::string id = std::to_string(operands.size()) + "_";
        std::string list;
        for (size_t i = 0; i < sample.operands.size(); ++i) {
            std::string name = "%x" + id + std::to_string(i);
            const TensorType type = operand_type(sample.operands[i]);
            text += name + " = input : " + type.str() + "\n";
            if (!before.empty() && is_floating(type.dtype)) {
                text += name + "b = " + before + "(" + name + ")\n";
                name += "b";
            }
            list += (i ? ", " : "") + name;
            operands.push_back(sample.operands[i]);
        }
        const std::string y = "%y" + id;
        text += y + " = " + std::string(op.name) + "(" + list + ")" +
                (sample.attrs.empty() ? "" : " {" + sample.attrs + "}") + "\n";
        const auto types = call_of(op, sample).op->infer(call_of(op, sample));
        const bool is_wrapped = !behind.empty() && types.size() == 1 && is_floating(types[0].dtype);
        if (is_wrapped) text += y + "w = " + behind + "(" + y + ")\n";
        for (size_t i = 0; i < types.size(); ++i) {
            const std::string part = types.size() > 1 ? "." + std::to_string(i)
                                     : is_wrapped     ? "w"
                                                      : "";
            results += (results.empty() ? "" : ", ") + y + part;
        }
        if (sample.operands.empty()) operands.push_back("");
    }
    bool empty() const { return results.empty(); }
};

/// The bound of a result: `ulp` units in the last place of its magnitude, or, for a sum, of its
/// largest. Elementary functions differ by at most 4 ulp between a kernel and the C library; sums
/// have at most 100 terms of at most 1.5 * 1.5.
void check_result(const Tensor& got, const Tensor& want, bool is_elementwise) {
    BOOST_REQUIRE_EQUAL(got.type().str(), want.type().str());
    const Array a = got.array(), b = want.array();
    const double eps = got.dtype() == DType::f64   ? 0x1p-52
                       : got.dtype() == DType::f32 ? 0x1p-23
                                                   : 0;
    const double least = got.dtype() == DType::f64 ? 0x1p-1074 : 0x1p-149;
    double largest = 1;
    for (int64_t i = 0; i < b.count(); ++i) {
        if (std::isfinite(b.at(i))) largest = std::max(largest, std::abs(b.at(i)));
    }
    for (int64_t i = 0; i < b.count(); ++i) {
        const double x = a.at(i), y = b.at(i);
        if (std::isnan(x) && std::isnan(y)) continue;
        const bool same_zero =
            x != 0 || y != 0 || std::signbit(x) == std::signbit(y) || !is_elementwise;
        const double bound =
            is_elementwise ? 4 * eps * std::abs(y) + 4 * least : 100 * 2.25 * eps * largest;
        if (same_zero && (x == y || std::abs(x - y) <= bound)) continue;
        BOOST_ERROR("element " << i << " of " << want.type().str() << ": got " << x << ", expected "
                               << y);
        return;
    }
}

/// Elementwise, and not of the gamma functions: those cross 0 between their poles, where in f64
/// neither the kernel nor the reference keeps a bound in ulp (docs/numbers.md).
bool is_rounded_once(const Op& op) {
    return op.is(Trait::elementwise) && op.name != "digamma" && op.name != "polygamma" &&
           op.name != "lgamma";
}

using Make = std::function<Array(const std::string&, const TensorType&, int)>;

/// Compiles the program and compares with the interpreter at the inputs that `make` gives.
void run_batch(const Batch& batch, const std::vector<int64_t>& sizes, bool is_elementwise,
               const Make& make) {
    const std::string text = batch.text + "return " + batch.results + "\n";
    BOOST_TEST_CONTEXT(text) {
        ir::Program program = ir::parse_program(text), compiled = ir::parse_program(text);
        for (ir::Program* p : {&program, &compiled}) p->modules.push_back({"", "Net", ""});
        CompileOptions options = compile_alone();
        options.threads = 2;
        CompiledModel model = compile_program(std::move(compiled), options);
        std::vector<std::string> operands = batch.operands;
        std::erase(operands, "");
        for (const int64_t size : sizes) {
            std::vector<Array> in;
            Tensors tensors;
            for (size_t i = 0; i < operands.size(); ++i) {
                TensorType type = operand_type(operands[i]);
                for (Dim& dim : type.shape) {
                    dim = dim.evaluate([&](const std::string&) { return std::optional(size); })
                              .value();
                }
                in.push_back(make(operands[i], type, static_cast<int>(i)));
                tensors.push_back(Tensor::from(in.back()));
            }
            const std::vector<Array> want =
                ir::Interpreter(program).run(*program.graph("forward"), in);
            const Tensors got = model(tensors);
            BOOST_TEST_CONTEXT("N = " << size) {
                for (size_t i = 0; i < want.size(); ++i)
                    check_result(got[i], Tensor::from(want[i]), is_elementwise);
            }
        }
    }
}

void check_batch(const Batch& batch, const std::vector<int64_t>& sizes, bool is_elementwise,
                 const Make& make = numbers_for) {
    if (batch.empty()) return;
    try {
        run_batch(batch, sizes, is_elementwise, make);
    } catch (const Error& error) {
        BOOST_ERROR(error.what());
    }
}

Batch all_samples(const Op& op, const std::string& size, const std::string& before = "",
                  const std::string& behind = "") {
    Batch batch;
    for (const OpSample& sample : samples_of(op)) {
        for (const char* dtype : {"f32", "f64", "i64", "bool"}) {
            const OpSample one = filled(sample, dtype, size);
            const bool repeats =
                dtype != std::string("f32") && one.operands == filled(sample, "f32", size).operands;
            if (!repeats && is_accepted(op, one)) batch.add(op, one, before, behind);
        }
    }
    return batch;
}

/// Numbers that arithmetic treats in a way of their own.
std::vector<double> special_numbers(DType dtype) {
    std::vector<double> all = {0.0, -0.0, inf,  -inf,  nan, 1,   -1,        0.5, -0.5, 2,
                               -3,  2.5,  1e10, -1e10, 7,   0.1, 1.0000001, 90,  -90};
    const bool is_single = dtype == DType::f32;
    for (const double x : {is_single ? 1e-40 : 1e-310, is_single ? 0x1p-149 : 0x1p-1074,
                           is_single ? 3.4e38 : 1.7e308}) {
        all.insert(all.end(), {x, -x});
    }
    return all;
}

Array special_array(const std::string&, const TensorType& type, int) {
    const std::vector<double> numbers = special_numbers(type.dtype);
    const Array array = Array::empty(DType::f64, constant_sizes(type.shape));
    for (int64_t i = 0; i < array.count(); ++i) {
        array.data<double>()[i] = numbers[static_cast<size_t>(i) % numbers.size()];
    }
    return array.to(type.dtype);
}

std::vector<const Op*> elementwise_ops() {
    std::vector<const Op*> ops;
    for (const Op* op : every_op()) {
        if (op->is(Trait::elementwise) && !samples_of(*op).empty() &&
            !samples_of(*op)[0].operands.empty())
            ops.push_back(op);
    }
    return ops;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_op_has_samples) {
    for (const Op* op : every_op()) {
        int accepted = 0;
        for (const OpSample& sample : samples_of(*op)) {
            bool any = false;
            for (const char* dtype : {"f32", "f64", "i64", "bool"})
                any |= is_accepted(*op, filled(sample, dtype, "5"));
            accepted += any;
            BOOST_TEST(any, op->name << " takes no dtype for "
                                     << (sample.operands.empty() ? "" : sample.operands[0]) << " {"
                                     << sample.attrs << "}");
        }
        BOOST_TEST(accepted > 0,
                   "no sample for '" << op->name << "': enter it in tests/support/op_samples.cpp");
    }
}

BOOST_AUTO_TEST_CASE(compiled_equals_reference_at_symbolic_sizes,
                     *boost::unit_test::label("slow")) {
    for (const Op* op : every_op()) {
        if (!op->lower) continue;
        BOOST_TEST_CONTEXT(op->name) {
            check_batch(all_samples(*op, "N"), {1, 5, 17, 0}, is_rounded_once(*op));
        }
    }
}

BOOST_AUTO_TEST_CASE(compiled_equals_reference_at_known_sizes, *boost::unit_test::label("slow")) {
    for (const Op* op : every_op()) {
        if (!op->lower) continue;
        for (const int64_t size : {1, 13, 16}) {
            BOOST_TEST_CONTEXT(op->name) {
                check_batch(all_samples(*op, std::to_string(size)), {size}, is_rounded_once(*op));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(compiled_equals_reference_between_other_nodes,
                     *boost::unit_test::label("slow")) {
    for (const Op* op : every_op()) {
        if (!op->lower || op->is(Trait::elementwise)) continue;
        BOOST_TEST_CONTEXT(op->name) {
            check_batch(all_samples(*op, "N", "neg", "relu"), {1, 5, 17}, false);
        }
    }
}

BOOST_AUTO_TEST_CASE(special_numbers_behave_as_in_eager_mode, *boost::unit_test::label("slow")) {
    const auto count = static_cast<int64_t>(special_numbers(DType::f32).size());
    const std::string columns = std::to_string(count);
    for (const Op* op : elementwise_ops()) {
        Batch batch;
        for (const std::string dtype : {"f32", "f64"}) {
            const std::string row = dtype + "[N, " + columns + "]",
                              one = dtype + "[" + columns + ", 1]",
                              line = dtype + "[" + columns + "]";
            const std::string attrs = samples_of(*op)[0].attrs;
            for (const OpSample& sample : {OpSample{{row}, attrs}, OpSample{{one, line}, attrs}}) {
                if (is_accepted(*op, sample)) batch.add(*op, sample);
            }
        }
        BOOST_TEST_CONTEXT(op->name) {
            check_batch(batch, {3}, is_rounded_once(*op), special_array);
        }
    }
}

BOOST_AUTO_TEST_CASE(special_numbers_pass_through_other_families,
                     *boost::unit_test::label("slow")) {
    // Behind a product, a sum of rows and a window the op stands in the family's epilogue. A
    // diagonal weight keeps the numbers: w x + 0 ... = w x, but inf * 0 is NaN on both sides.
    for (const Op* op : elementwise_ops()) {
        const OpSample sample{{"f32[N, 48]"}, samples_of(*op)[0].attrs};
        if (!is_accepted(*op, sample)) continue;
        const std::string attrs = sample.attrs.empty() ? "" : " {" + sample.attrs + "}",
                          name(op->name);
        Batch batch;
        batch.text +=
            "%x = input : f32[N, 25]\n%w = input : f32[48, 25]\n%z = input : f32[N, 25, 40]\n"
            "%p = linear(%x, %w)\n%a = " +
            name + "(%p)" + attrs + "\n%s = sum(%z) {axes = [2], keepdim = false}\n%b = " + name +
            "(%s)" + attrs + "\n%t = sum(%z) {axes = [1], keepdim = false}\n%c = " + name + "(%t)" +
            attrs + "\n";
        batch.results = "%a, %b, %c";
        batch.operands = {"f32[N, 25]", "f32[48, 25]", "f32[N, 25, 40]"};
        const auto make = [](const std::string& text, const TensorType& type, int stream) {
            if (text == "f32[48, 25]") {
                const Array weight = Array::zeros(DType::f32, {48, 25});
                for (int64_t i = 0; i < 48; ++i) weight.data<float>()[i * 25 + i % 25] = 1;
                return weight;
            }
            const Array all = Array::zeros(DType::f32, constant_sizes(type.shape));
            const Array numbers = special_array(text, {DType::f32, {all.size(0), 25}}, stream);
            for (int64_t i = 0; i < numbers.count(); ++i) {
                // One special number among zeros: in a row of its own where rows are summed.
                const int64_t at = type.rank() == 3 ? i * 40 + i % 40 : i;
                const bool keeps = type.rank() == 3 || i % 25 == i / 25 % 25;
                if (keeps) all.data<float>()[at] = numbers.data<float>()[i];
            }
            return all;
        };
        BOOST_TEST_CONTEXT(op->name) { check_batch(batch, {30}, true, make); }
    }
}

BOOST_AUTO_TEST_CASE(gradients_equal_finite_differences) {
    for (const Op* op : every_op()) {
        if (!op->gradient) continue;
        int checked = 0;
        for (const OpSample& sample : samples_of(*op)) {
            const OpSample one = filled(sample, "f64", "3");
            if (!sample.has_gradient || !is_accepted(*op, one)) continue;
            const OpCall call = call_of(*op, one);
            if (op->infer(call)[0].dtype != DType::f64) continue;  // no differences finer than f32
            Tensors inputs;
            for (size_t i = 0; i < call.inputs.size(); ++i) {
                Tensor x =
                    Tensor::from(numbers_for(one.operands[i], call.inputs[i], static_cast<int>(i)));
                if (x.is_floating_point())
                    x = x * ((one.high - one.low) / 3) + (one.high + one.low) / 2;
                inputs.push_back(x);
            }
            BOOST_TEST_CONTEXT(op->name << "(" << one.operands[0] << ", ...) {" << one.attrs
                                        << "}") {
                check_gradient([&](const Tensors& x) { return apply_all(*op, x, call.attrs)[0]; },
                               inputs);
            }
            ++checked;
        }
        BOOST_TEST(checked > 0, "no sample in f64 for the gradient of '" << op->name << "'");
    }
}

BOOST_AUTO_TEST_SUITE_END()
