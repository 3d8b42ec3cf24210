#!/usr/bin/env python3
"""Writes the files of a new op: dsl/ops/NAME.cpp, tests/ops/NAME.cpp and its line in dsl/ops.h.

The op starts as the identity, elementwise, and passes its tests; from there change formula, reference, gradient,
lowering and expected values together.
usage: tools/new_op.py NAME [--section SECTION] [--root FOLDER]
"""
import argparse
import pathlib
import re
import sys

KEYWORDS = set("and bool break case catch char class const continue default delete do double else enum explicit "
               "export extern false float for friend goto if inline int long namespace new not operator or private "
               "protected public register return short signed sizeof static struct switch template this throw true "
               "try typedef typename union unsigned using virtual void volatile while xor".split())

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


def declare(header, name, section):
    """Returns dsl/ops.h with the op's line at the end of a section."""
    sections = re.findall(r"^// --- (.+?) -+$", header, re.MULTILINE)
    if section not in sections:
        sys.exit(f"new_op: dsl/ops.h has no section '{section}'; it has: {', '.join(sections)}")
    start = re.search(rf"^// --- {re.escape(section)} -+$", header, re.MULTILINE).end()
    blank = header.index("\n\n", start)
    return f"{header[:blank]}\nTensor {name}(const Tensor& x);{header[blank:]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="PyTorch's word, in lower case")
    parser.add_argument("--section", default="activation", help="section of dsl/ops.h (default: %(default)s)")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[1])
    options = parser.parse_args()

    name = options.name
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or name in KEYWORDS:
        sys.exit(f"new_op: '{name}' is not a name in lower case that C++ allows")
    header = options.root / "dsl/ops.h"
    text = header.read_text()
    files = {options.root / f"dsl/ops/{name}.cpp": OP, options.root / f"tests/ops/{name}.cpp": TEST}
    for path in files:
        if path.exists():
            sys.exit(f"new_op: {path.relative_to(options.root)} is there already")
    if re.search(rf"\bTensor {name}\(", text):
        sys.exit(f"new_op: dsl/ops.h declares '{name}' already")

    files[header] = declare(text, name, options.section)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.replace("@NAME@", name))
        print(path.relative_to(options.root))


if __name__ == "__main__":
    main()
