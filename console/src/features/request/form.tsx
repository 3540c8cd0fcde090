// The form of a question. It comes from the server as RJSF takes it, and goes back as it gives it.

import { Button, Group, Stack } from "@mantine/core";
import RjsfForm from "@rjsf/mantine";
import type { ErrorSchema, RJSFSchema, UiSchema } from "@rjsf/utils";
import { ApiProblem } from "../../api/client";
import { useSay } from "../../texts";
import { validator } from "./validator";

export interface GivenForm {
  schema: RJSFSchema;
  uiSchema?: UiSchema;
  formData?: unknown;
}

// What the server found wrong, field by field, as RJSF takes it.
function fromServer(error: unknown): ErrorSchema | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  const shown = error.problem.shown;
  return typeof shown === "object" && shown !== null ? (shown as ErrorSchema) : undefined;
}

export default function QuestionForm(props: {
  form: GivenForm;
  value: unknown;
  onChange(value: unknown): void;
  onAnswer(value: unknown): void;
  busy: boolean;
  error: unknown;
}) {
  const { form, value, onChange, onAnswer, busy, error } = props;
  const say = useSay();
  return (
    <RjsfForm
      schema={form.schema}
      uiSchema={form.uiSchema}
      formData={value ?? form.formData}
      validator={validator}
      extraErrors={fromServer(error)}
      experimental_defaultFormStateBehavior={{ emptyObjectFields: "populateRequiredDefaults" }}
      showErrorList={false}
      focusOnFirstError
      noHtml5Validate
      onChange={(event) => onChange(event.formData)}
      onSubmit={(event) => onAnswer(event.formData)}
      disabled={busy}
    >
      <Stack mt="md">
        <Group>
          <Button type="submit" loading={busy}>
            {say("request.answer")}
          </Button>
        </Group>
      </Stack>
    </RjsfForm>
  );
}
