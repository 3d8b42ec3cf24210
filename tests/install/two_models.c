/* A C program of two models. The first one's kernels need less of the runtime than the second one's: it must stand
   behind both on the link line. A name with a dash is spelt with _ in C. */
#include <stdio.h>

#include "tiny.h"
#include "tiny-many.h"

int main(void) {
    lithe_error error = {.struct_size = sizeof error};
    lithe_model *few = NULL, *many = NULL;
    if (tiny_create(TINY_WEIGHTS, &few, &error) || tiny_many_create(TINY_WEIGHTS, &many, &error)) {
        puts(error.text);
        return 1;
    }
    lithe_session *few_session = NULL, *many_session = NULL;
    lithe_session_create(few, &few_session, &error);
    lithe_session_create(many, &many_session, &error);
    float pixels[16] = {1, 2, 3}, left[3], right[3];
    int64_t x_shape[] = {1, 16}, y_shape[] = {1, 3};
    lithe_tensor x = {sizeof x, lithe_dtype_f32, pixels, x_shape, 2};
    lithe_tensor y = {sizeof y, lithe_dtype_f32, left, y_shape, 2};
    lithe_tensor z = {sizeof z, lithe_dtype_f32, right, y_shape, 2};
    if (tiny_run(few_session, &x, &y, &error) || tiny_many_run(many_session, &x, &z, &error)) {
        puts(error.text);
        return 1;
    }
    int wrong = 0;
    for (int i = 0; i < 3; ++i) {
        const float difference = left[i] - right[i];
        wrong += difference > 1e-5f || difference < -1e-5f;
    }
    lithe_session_destroy(few_session);
    lithe_session_destroy(many_session);
    lithe_model_destroy(few);
    lithe_model_destroy(many);
    return wrong;
}
