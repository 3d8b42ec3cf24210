#!/usr/bin/env python3
"""Writes the files of a new op: dsl/ops/NAME.cpp, tests/ops/NAME.cpp and its line in dsl/ops.h.

The op starts as the identity, elementwise, and passes its tests; from there change formula, reference, gradient,
lowering and expected values together.
usage: tools/new_op.py NAME [--section SECTION] [--root FOLDER]
"""
import re

import new_files

OP = """\
// @NAME@(x) = x
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype,
          [&]<class T>(T) { elementwise::map_unary<T>(in, out, [](T x) { return x; }); });
}

Tensors gradient(const GradientCall& g) { return {g.dy()}; }

Halide::Expr lower(const LowerCall& call) { return call(0); }

}  // namespace

const Op @NAME@_op = {
    .name = "@NAME@",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor @NAME@(const Tensor& x) { return apply(@NAME@_op, {x}); }

}  // namespace lithe
"""

TEST = """\
#include "tests/support/check_gradient.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(ops_@NAME@)

BOOST_AUTO_TEST_CASE(values) {
    check_equal(@NAME@(tensor({-2.0, 0.0, 0.5})), tensor({-2.0, 0.0, 0.5}));
}

BOOST_AUTO_TEST_CASE(gradient_equals_finite_differences) {
    check_gradient([](const Tensors& x) { return @NAME@(x[0]); }, {numbers({3, 4})});
}

BOOST_AUTO_TEST_SUITE_END()
"""


def declare(writer, header, name, section):
    """Returns dsl/ops.h with the op's line at the end of a section."""
    if re.search(rf"\bTensor {name}\(", header):
        writer.fail(f"dsl/ops.h declares '{name}' already")
    sections = re.findall(r"^// --- (.+?) -+$", header, re.MULTILINE)
    if section not in sections:
        writer.fail(f"dsl/ops.h has no section '{section}'; it has: {', '.join(sections)}")
    start = re.search(rf"^// --- {re.escape(section)} -+$", header, re.MULTILINE).end()
    blank = header.index("\n\n", start)
    return f"{header[:blank]}\nTensor {name}(const Tensor& x);{header[blank:]}"


def main():
    parser = new_files.parser(__doc__.splitlines()[0])
    parser.add_argument("name", help="PyTorch's word, in lower case")
    parser.add_argument("--section", default="activation", help="section of dsl/ops.h (default: %(default)s)")
    options = parser.parse_args()

    name = options.name
    writer = new_files.Writer("new_op", options.root)
    writer.check_name(name)
    writer.create(f"dsl/ops/{name}.cpp", OP.replace("@NAME@", name))
    writer.create(f"tests/ops/{name}.cpp", TEST.replace("@NAME@", name))
    writer.change("dsl/ops.h", declare(writer, writer.read("dsl/ops.h"), name, options.section))
    writer.write()


if __name__ == "__main__":
    main()
