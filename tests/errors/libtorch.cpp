// LibTorch's forms of calls.
#include <lithe/torch.h>

#include "tests/errors/cases.h"

namespace lithe::tests {
namespace {

const ErrorCases cases = {
    {"embedding_bag.mode",
     [] { embedding_bag(zeros({3, 2}), tensor({0, 2}), tensor({0}), false, 3); }},
};

}  // namespace
}  // namespace lithe::tests
