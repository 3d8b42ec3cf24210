#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/compiled_model.h"
#include "compiler/ir/program.h"
#include "compiler/lower/kernel.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {

/// Elements of an input: numbers in -limit..limit, small integers where the dtype has no fractions.
inline Array sample_input(DType dtype, const Sizes& sizes, int stream, double limit = 1.5) {
    if (is_floating(dtype)) return numbers(sizes, dtype, limit, stream).array();
    Array array = Array::empty(DType::i64, sizes);
    const int64_t end = dtype == DType::boolean ? 2 : 4;
    for (int64_t i = 0; i < array.count(); ++i) {
        array.data<int64_t>()[i] = (i * 7 + stream + i / 3) % end;
    }
    return array.to(dtype);
}

/// A compiled program beside the interpreter, which runs the references of its ops.
class CheckedProgram {
public:
    /// `text` is the text form of a program (see compiler/ir/parse.cpp).
    explicit CheckedProgram(const std::string& text,
                            const CompileOptions& options = compile_alone())
        : program_(parsed(text)), model_(compile_program(parsed(text), options)) {}

    const Compiled& compiled() const { return model_.compiled(); }

    /// What the kernels of the program do, as Halide's statements.
    std::string statement() const {
        std::string text;
        for (const auto& node : compiled().program.graph("forward")->nodes()) {
            if (node->body())
                text += lower::show_kernel(*node, compiled().target, lower::Form::statement);
        }
        return text;
    }

    Tensors operator()(const Tensors& inputs) { return model_(inputs); }

    /// Compiled results against the references' at these inputs.
    void check(const std::vector<Array>& inputs, double tolerance) {
        const std::vector<Array> want =
            ir::Interpreter(program_).run(*program_.graph("forward"), inputs);
        Tensors in;
        for (const Array& input : inputs) in.push_back(Tensor::from(input));
        const Tensors got = model_(in);
        BOOST_REQUIRE_EQUAL(got.size(), want.size());
        for (size_t i = 0; i < want.size(); ++i)
            check_equal(got[i], Tensor::from(want[i]), tolerance);
    }

    /// At sample inputs, the sizes named by symbols having these values.
    void check(const std::map<std::string, int64_t>& sizes, double tolerance) {
        check(inputs(sizes), tolerance);
    }

    std::vector<Array> inputs(const std::map<std::string, int64_t>& sizes) const {
        const auto value_of = [&](const std::string& name) -> std::optional<int64_t> {
            const auto at = sizes.find(name);
            if (at == sizes.end()) return std::nullopt;
            return at->second;
        };
        std::vector<Array> result;
        for (const ir::Node* node : program_.graph("forward")->inputs()) {
            Sizes shape;
            for (const Dim& dim : node->type().shape)
                shape.push_back(dim.evaluate(value_of).value());
            result.push_back(
                sample_input(node->type().dtype, shape, static_cast<int>(result.size())));
        }
        return result;
    }

private:
    /// The program of a text that leaves the module tree out.
    static ir::Program parsed(const std::string& text) {
        ir::Program program = ir::parse_program(text);
        if (program.modules.empty()) program.modules.push_back({"", "Net", ""});
        return program;
    }

    ir::Program program_;
    CompiledModel model_;
};

}  // namespace lithe::tests
