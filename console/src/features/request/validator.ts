// A validator for RJSF that compiles nothing: a page without eval may use it. The server's answer is
// the last word anyway.

import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import {
  type ErrorSchema,
  ErrorSchemaBuilder,
  type RJSFSchema,
  type RJSFValidationError,
  type ValidationData,
  type ValidatorType,
} from "@rjsf/utils";

// The deepest errors only: those around them say no more than that something inside is wrong.
function leaves(errors: OutputUnit[]): OutputUnit[] {
  const wrappers = new Set([
    "properties",
    "items",
    "$ref",
    "allOf",
    "prefixItems",
    "dependentSchemas",
  ]);
  return errors.filter((one) => !wrappers.has(one.keyword));
}

function pathOf(pointer: string): string[] {
  return pointer
    .replace(/^#\/?/, "")
    .split("/")
    .filter(Boolean)
    .map((part) => decodeURIComponent(part).replace(/~1/g, "/").replace(/~0/g, "~"));
}

function check(schema: RJSFSchema, value: unknown): OutputUnit[] {
  return new Validator(schema as Schema, "2020-12", false).validate(value).errors;
}

export function errorsOf(schema: RJSFSchema, value: unknown): RJSFValidationError[] {
  return leaves(check(schema, value)).map((one) => {
    const path = pathOf(one.instanceLocation);
    const missing = one.keyword === "required" ? /"([^"]+)"/.exec(one.error)?.[1] : undefined;
    const property = [...path, ...(missing === undefined ? [] : [missing])];
    return {
      name: one.keyword,
      message: one.error,
      property: property.map((part) => `.${part}`).join(""),
      stack: `${property.join(".")}: ${one.error}`,
      schemaPath: one.keywordLocation,
    };
  });
}

function toErrorSchema<T>(errors: RJSFValidationError[]): ErrorSchema<T> {
  const builder = new ErrorSchemaBuilder<T>();
  for (const one of errors)
    builder.addErrors(
      one.message ?? "",
      (one.property ?? "")
        .split(".")
        .filter(Boolean)
        .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
    );
  return builder.ErrorSchema;
}

export const validator: ValidatorType = {
  validateFormData(formData, schema): ValidationData<unknown> {
    const errors = errorsOf(schema, formData);
    return { errors, errorSchema: toErrorSchema(errors) };
  },
  isValid(schema, formData): boolean {
    try {
      return check(schema as RJSFSchema, formData).length === 0;
    } catch {
      return false;
    }
  },
  rawValidation(schema, formData) {
    return { errors: errorsOf(schema, formData) as never };
  },
};
